"""What runs apart: each module here takes one kind of paper to pieces, in a process of its own that `walls` closes in.

None imports anything of comity, and nothing of comity imports them: `comity.intake.apart` starts them by their path. A
module has one function, `look(raw, options)`, from octets to what JSON can say; `why` and `what` say a refusal.

walls      the process itself: limits, no network, no file but Python's own
pdftext    the text of a PDF
unpack     the leaves of a message or an archive, however nested
notice     a court's notice of electronic filing: its words, its entries, the keys that its signatures want
mailproof  DKIM, SPF, DMARC and ARC of a message, on answers of the DNS that are handed in
pdfproof   the signatures of a PDF
xmlproof   the signature of an XML paper, and its text
xmltree    the elements of an XML message, each with its text and its place
"""
