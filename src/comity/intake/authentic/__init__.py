"""What can be looked at to tell whether a demand is genuine. Each look gives sentences with their evidence, no score.

evidence   one sentence: does it support the demand, speak against it, or say nothing, and what was looked at
answers    what the DNS said, as it was kept beside a message; asked live only where somebody wants it so
opened     a paper or a message taken to pieces, apart: leaves, words, signatures
mail       the message that brought the demand: DKIM, SPF, DMARC, ARC, and whose domain it is
signed     signatures of PDF and XML papers, and whether the office itself trusts the signer
wording    long passages that stand in another paper as well, without keeping either's text
accounts   addresses in a paper: one letter off, letters of another alphabet
"""
