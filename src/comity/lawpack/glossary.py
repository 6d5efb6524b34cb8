"""The words of decided cases in comity's terms: data, and no case by name.

Every pattern is tried in the order in which it stands, and the first that fits is taken; what fits none stays unknown.
"""

from __future__ import annotations

from typing import Final

_CODES: Final = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
PLACES: Final = frozenset(_CODES.split())
"""ISO 3166-1, alpha-2."""

US_STATES: Final = {
    "Ala": "Alabama", "Alaska": "Alaska", "Ariz": "Arizona", "Ark": "Arkansas", "Cal": "California",
    "Colo": "Colorado", "Conn": "Connecticut", "Del": "Delaware", "DC": "Columbia", "Fla": "Florida", "Ga": "Georgia",
    "Guam": "Guam", "Haw": "Hawaii", "Idaho": "Idaho", "Ill": "Illinois", "Ind": "Indiana", "Iowa": "Iowa",
    "Kan": "Kansas", "Ky": "Kentucky", "La": "Louisiana", "Me": "Maine", "Md": "Maryland", "Mass": "Massachusetts",
    "Mich": "Michigan", "Minn": "Minnesota", "Miss": "Mississippi", "Mo": "Missouri", "Mont": "Montana",
    "Neb": "Nebraska", "Nev": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "NMarI": "Northern Mariana Islands",
    "Ohio": "Ohio", "Okla": "Oklahoma", "Or": "Oregon", "Pa": "Pennsylvania", "PR": "Puerto Rico",
    "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "Tenn": "Tennessee", "Tex": "Texas",
    "Utah": "Utah", "Vt": "Vermont", "Va": "Virginia", "VI": "Virgin Islands", "Wash": "Washington",
    "WVa": "West Virginia", "Wis": "Wisconsin", "Wyo": "Wyoming", "Hawaii": "Hawaii", "Maine": "Maine",
}  # fmt: skip
"""As reporters of cases abbreviate them in the names of federal districts, full stops and spaces left out."""

US_POSTAL: Final = {
    "CA": "California", "FL": "Florida", "IL": "Illinois", "MA": "Massachusetts", "MN": "Minnesota",
    "PA": "Pennsylvania",
    "TX": "Texas", "WA": "Washington", "WI": "Wisconsin", "MI": "Michigan", "OK": "Oklahoma", "AL": "Alabama",
}  # fmt: skip
"""Abbreviations of the post that reporters do not share, for districts named by initials."""

SIDES: Final = {"N": "Northern", "S": "Southern", "E": "Eastern", "W": "Western", "M": "Middle", "C": "Central"}
CIRCUITS: Final = (
    "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh",
)  # fmt: skip

NAMES: Final[dict[str, str]] = {
    "AT": "austria|austrian|vienna|wien|oesterreich",
    "AU": "australia|australian|sydney|melbourne|canberra",
    "BE": "belgium|belgian|belgie|belgique|brussels|brussel|antwerp|ghent",
    "BR": "brazil|brazilian|brasil|brasileiro|brasileira|sao paulo|brasilia|rio de janeiro",
    "CA": "canada|canadian|toronto|vancouver|montreal|ottawa|ontario|quebec|british columbia|alberta",
    "CH": "switzerland|swiss|zurich|geneva|zug|bern|schweiz|suisse",
    "CN": "china|chinese|beijing|shanghai",
    "DE": "germany|german|deutschland|berlin|munich|muenchen|hamburg|frankfurt|hannover|cologne",
    "DK": "denmark|danish|copenhagen|danmark",
    "ES": "spain|spanish|madrid|barcelona|espana",
    "FR": "france|french|paris|lyon|francaise",
    "GB": "united kingdom|uk|british|britain|england|english|london|scotland|scottish",
    "GR": "greece|greek|athens",
    "HK": "hong kong",
    "IE": "ireland|irish|dublin",
    "IL": "israel|israeli|tel aviv",
    "IN": "india|indian|delhi|mumbai|bangalore|bengaluru",
    "IT": "italy|italian|rome|milan|italia",
    "JP": "japan|japanese|tokyo",
    "KR": "korea|korean|seoul",
    "KY": "cayman",
    "LU": "luxembourg|luxembourgish",
    "MX": "(?<!new )mexico|mexican",
    "NL": "netherlands|dutch|amsterdam|the hague|nederland",
    "NO": "norway|norwegian|oslo|norge",
    "PL": "poland|polish|warsaw",
    "RU": "russia|russian|moscow",
    "SE": "sweden|swedish|stockholm",
    "SG": "singapore|singaporean",
    "TR": "turkey|turkish|istanbul|ankara|tuerkiye|turkiye",
    "VN": "vietnam|viet nam|vietnamese|hanoi",
    "ZA": "south africa|south african|johannesburg",
    "US": "united states|american|new york|miami|chicago|los angeles|san francisco|california|seattle|redmond|dallas|"
    "houston|boston|washington|delaware|texas|florida|mountain view|menlo park|silicon valley",
}
_ALIKE: Final = ("Columbia", "Georgia", "Virgin Islands", "Puerto Rico", "Guam", "Northern Mariana Islands")
NAMES["US"] += "".join(f"|{name.lower()}" for name in dict.fromkeys(US_STATES.values()) if name not in _ALIKE)
"""What a text calls a state, its people and its larger towns; a state that is not here goes by its code alone."""

CATEGORIES: Final = (
    (r"(live|real-time|prospective|future|ongoing).*(traffic|location|metadata|(^|-)ips?(-|$)|header|cell|"
     r"connection|log)", "traffic"),
    (r"verkehrsdaten|verkeersgegevens|nutzungsdaten|randdaten|connexion|trafic|registros-de-(acesso|conexao)",
     "traffic"),
    (r"bestandsdaten|abonne|gebruikersgegevens|dados-cadastrais|identificat", "subscriber"),
    (r"contenu|inhalt|inhoud|conteudo|courriel|nachricht|postfach|berichten|mensage", "content"),
    (r"source-code|software|sensor|non-?personal", "nonpersonal"),
    (r"non-content", "traffic"),
    (r"(^|-)keys?(-|$)|password|passcode|decrypt|decipher|unlock|access-code", "keys"),
    (r"^live|-live|intercept|wiretap|real-time|prospective|future|ongoing", "live-content"),
    (r"(employee|staff|internal|personnel|board|custodian)s?-", "business"),
    (r"(customer|client|account|bank|credit|case|deposit)s?-.*(files?|documents?|papers|statements?)$", "business"),
    (r"(communications?|call|calls|connection|session|login|log-in|access|cell|billing)-(meta)?data", "traffic"),
    (r"(connection|session|login|log-in|access|call|toll|transactional|routing|communications?)-(records|history|"
     r"information|details?)", "traffic"),
    (r"content|communication|message|mailbox|inbox|mails?(-|$)|correspondence|photo|image|video|chat|posts?$|voicemail|"
     r"attachment", "content"),
    (r"files|cloud-|stored-|backup|health|personal-data|drive-|documents-in-the-cloud", "content"),
    (
        r"header|traffic|(^|-)logs?(-|$)|log-files|metadata|address-book|contacts|location|cell-site|csli|call-detail|"
        r"cdr|pen-|dial|numbers-called|dynamic-ip|port-",
        "traffic",
    ),
    (r"usage|history", "traffic"),
    (r"bank|business|sales|books?(-|$)|financial|corporate|tax|trad(e|ing)|transaction|invoice|company", "business"),
    (r"accounting|testimony|customer-records|client|employee|blockchain|wallet|documents?$|papers|contract",
     "business"),
    (r"account-(holders?|owners?)$|beneficial", "account"),
    (r"(account|user)-(records|data|information|details)", "account"),
    (r"subscriber|(^|-)ips?(-|$)|identi[tf]|registration|account|user|name|phone-number|payment|customer-data|inventory",
     "subscriber"),
    (r"records|data|information|recordings?|tapes?|interview|transcripts?|archive|dossier|materials?|reports?|memo|"
     r"evidence|ledger|spreadsheet|statements?", "business"),
)  # fmt: skip
"""A word of `data_category` and the class of records it means. `account` is a subscriber's record at a provider of
communications, and business elsewhere."""

FINANCE: Final = (
    r"\b(?:banks?|bank's|banking|banque|banca|banco|sparkasse|securities|stock exchange|brokers?|"
    r"brokerage|accountants?)\b"
)
"""Whose business is money: what it holds of its customers is no communication."""

BANK_SECRECY: Final = r"\bbank(?:ing|ers?'?)? (?:secrecy|confidentiality)"

WEIGHT: Final = ("keys", "live-content", "content", "traffic", "subscriber", "business", "nonpersonal")
"""The classes, the one a holding is about first: what is most protected is what was fought over."""

OWN_PROCESS: Final = r"subpoena|summons|warrant|order|requirement|notice"
"""What a court or authority of the state itself issues, be it for another state that asked."""

ASSISTED: Final = r"-?(?:for-|on-an?-|under-(?:the-|an?-)?|pursuant-to-(?:an?-)?|in-aid-of-)?" + (
    r"(?:mlat|mla|letters?-rogatory|mutual-(?:legal-)?assistance)(?:-(?:request|treaty))?-?"
)
"""That a paper was issued for another state."""

INSTRUMENTS: Final = (
    (r"classification|(^|-)status|(^|-)dut(y|ies)(-|$)|obligation|qualification", "status-decision"),
    (r"mlat|letters?-rogatory|mutual-|mla-|mla$", "mlat-request"),
    (r"^eio|european-investigation", "eio-request"),
    (r"executive-agreement|cloud-act-order", "executive-agreement-order"),
    (r"international-production", "ipo executive-agreement-order"),
    (r"epoc-pr|european-preservation", "epoc-pr eu-epoc-pr"),
    (r"epoc|european-production", "epoc eu-epoc eu-production-order"),
    (r"emergency|exigent", "emergency-request"),
    (r"(police|law-enforcement|informal|voluntary|warrantless|letter)-.*request",
     "police-request foreign-police-request"),
    (r"preserv|freez|hold-order", "preservation-order preservation-letter preservation-request"),
    (r"consent", "consent-request"),
    (r"pen-trap|pen-register|trap-and-trace", "pen-trap-order pen-register"),
    (r"2703-?d|(^|-)d-order", "sca-d-order"),
    (r"calecpa|california", "ca-warrant"),
    (r"sca-warrant|2703-warrant|2703-?[ab]|cloud-act-warrant|stored-communications-(act-)?warrant",
     "sca-warrant stored-warrant search-warrant"),
    (r"nsl|national-security-letter", "nsl"),
    (r"702", "fisa-702-directive"),
    (r"fisa", "fisa-order fisa-702-directive"),
    (r"grand-jury", "grand-jury-subpoena"),
    (r"(defen[cs]e|defendant|accused).*subpoena|subpoena.*(defen[cs]e|defendant|accused)", "private-litigant-subpoena"),
    (r"trial-subpoena|criminal-subpoena|rule-17-|subpoena.*prosecutor", "trial-subpoena"),
    (r"bank-subpoena|correspondent|patriot-act|5318", "bank-subpoena"),
    (r"tax|revenue|unnamed-persons|john-doe|(^|-)irs(-|$)|hmrc|schedule-36", "tax-summons tax-requirement"),
    (r"1782|rule-45|civil.*subpoena|subpoena.*(civil|plaintiff)|litigant",
     "civil-subpoena private-litigant-subpoena civil-order"),
    (r"civil|discovery|norwich|deposition|request-for-production|document-request|interrogator",
     "civil-discovery civil-order"),
    (r"copo|overseas-production", "copo"),
    (r"(^|-)s2-(.*-)?notice|notice.*(^|-)s2(-|$)|serious-fraud", "s2-notice"),
    (r"competition|antitrust|cartel|merger|(^|-)s26(-|$)", "administrative-subpoena"),
    (r"administrative|agency|regulat|demand|securities|summons", "administrative-subpoena production-order"),
    (r"(^|-)keys?(-|$)|decrypt|s49|unlock|technical-(assistance|capability)",
     "key-order decryption-order technical-capability-notice production-order"),
    (r"intercept|wiretap|surveillance|listening|tapping|onderschepping|ecoutes?|ueberwachung",
     "interception-order interception-warrant wiretap-order"),
    (r"subscriber|identif|user-data", "subscriber-order records-order production-order"),
    (r"traffic|retention|metadata|records-order|cdr|communications-data|location|verkeer",
     "records-order production-order"),
    (r"search|seizure|seiz|warrant|beschlagnahme|durchsuchung|perquisition|saisie|inbeslagneming",
     "search-warrant sca-warrant production-order"),
    (r"secrecy-lifting|lift.*secrecy|breach.*secrecy|production|(?<!non-)disclosure|direct-request|information-|court-order|judicial-order|judge-s-order|"
     r"cooperation|assistance-order|requisition|vordering|quebra|sigilo|provide|hand-over|herausgabe|edition|notice",
     "production-order"),
)  # fmt: skip
"""A word of `instrument` and the kinds to try: each behind the letters of its state, then as it stands. The word itself
is tried before them."""

BY_CATEGORY: Final = {
    "keys": "key-order interception-order",
    "live-content": "interception-order",
    "content": "search-warrant",
    "traffic": "records-order",
    "subscriber": "subscriber-order records-order",
    "business": "",
    "nonpersonal": "",
}
"""What an order to produce is called in a state that has no production order for everything."""

CIVIL_ORDERS: Final = {"BR": "records-order"}
"""Where a party to a civil case has its court's order under the law of demands: Marco Civil, Art. 22."""

STATUTES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "AU": ((r"s31[57]", "key-order"), (r"s1(78|79|80)", "records-order"), (r"s11[06]", "stored-warrant")),
    "BE": ((r"46bis", "subscriber-order"), (r"88quater", "key-order"), (r"39bis|88ter", "search-warrant"),
           (r"88bis", "records-order"), (r"90ter|90quater", "interception-order")),
    "CA": ((r"487-?01[24]", "production-order"), (r"487-?01[56]", "records-order"),
           (r"part-vi(-|$)", "interception-order"), (r"231-?[26]", "tax-requirement"), (r"mlacma", "mlacma-order")),
    "CH": ((r"265", "production-order"), (r"269", "interception-order"), (r"273", "records-order")),
    "DE": ((r"100a", "interception-order"), (r"100g", "records-order"), (r"100j", "subscriber-order"),
           (r"100k", "s100k-order"), (r"(^|-)s?99(-|$)", "s99-order"), (r"(^|-)s?9[458](-|$)", "search-warrant")),
    "FR": ((r"706-95|100-1", "interception-order"),),
    "GB": ((r"s2(-|$)", "s2-notice"), (r"(^|-)pace(-|$)", "production-order")),
    "IE": ((r"(^|-)s75(-|$)", "s75-order"),),
    "IN": ((r"(^|-)(s|crpc-)?9[14](-|$)", "production-order"), (r"(^|-)s?69(-|$)", "interception-order")),
    "NL": ((r"126na", "subscriber-order"), (r"126n[dfg]", "production-order"), (r"126ni", "preservation-order"),
           (r"126n(-|$)", "records-order"), (r"126[mt]", "interception-order")),
    "SG": ((r"(^|-)s?20(-|$)", "production-order"), (r"(^|-)s?39(-|$)", "search-warrant"),
           (r"(^|-)s?40(-|$)", "key-order")),
    "US": ((r"2703-?c2", "administrative-subpoena"), (r"2709", "nsl"), (r"2518", "wiretap-order"),
           (r"3123", "pen-trap-order")),
}  # fmt: skip
"""What a section of a state's law is used for, where a file calls a paper by its section."""

ASSISTANCE: Final = {"CA": "mlacma-order", "IE": "s75-order"}
"""The state's own order for another state that asked, where its law has one of its own."""

PAPERS_ONLY: Final = frozenset({"CH", "DE", "FR", "NL"})
"""Whose order to produce reaches papers, and perhaps mail: for users and traffic the law has orders of their own."""

US_ONLY: Final = "private-litigant-subpoena"
OTHERWISE: Final = "foreign-court-order"
"""The code of a command of a state for which the packs have no word that fits."""

ISSUERS: Final = (
    (r"grand-jury", "grand-jury"),
    (r"civil|1782|discovery|litigant", "private-party"),
    (r"(mla|mlat)-(.*-)?(order|warrant)", "judge"),
    (r"mlat|mutual|eio", "central-authority"),
    (r"nsl|tax|administrative|agency|notice|summons|fisa", "agency"),
    (r"defen[cs]e", "private-party"),
    (
        r"warrant|intercept|trial|2703-?d|(^|-)d-order|pen-trap|copo|secrecy-lifting|seizure|beschlagnahme|judicial",
        "judge",
    ),
)
"""Who issues an instrument, by its kind; otherwise what `requesting_body` says, and then a judge: a court had it
before it."""

BODIES: Final = (
    (r"\bcourts?\b|judge|tribunal|magistrate|gericht|inquiry|rechter|\bjuge\b|\bjuiz", "judge"),
    (
        r"prosecut|attorney general|staatsanwalt|parquet|procur|officier van justitie|procureur|ministere public|"
        r"minister(?:io|ie)\b|district attorney|u\.s\. attorney",
        "prosecutor",
    ),
    (r"defendant|defen[cs]e|accused", "private-party"),
    (r"\bminister\b|secretary of state|home office|home secretary", "minister"),
    (
        r"\bfsb\b|agency|authority|revenue|\birs\b|hmrc|commission|regulator|intelligence|security service|"
        r"serious fraud office",
        "agency",
    ),
    (r"private|litigant|plaintiff|association|creditor|claimant", "private-party"),
)

NO_PRESENCE: Final = (
    r"\b(?:no|without|lacks?|not|nor)\b(?:\s+[\w-]+){0,4}?\s+(?:presence|present|branch|branches|offices?|"
    r"establishment|established|entity|site|subsidiary|agency|place of business|premises|staff|employees)\b"
)
PASSING: Final = r"\b(?:visit\w*|meetings?|travel\w*|passing through|attend\w*|in transit)\b"
"""Why somebody was in a state for a day: his company is not there for that."""

ABROAD: Final = (
    r"\b(?:from|users? (?:in|of)|customers? (?:in|of)|accounts? (?:in|of)|by (?!its |their )(?:[a-z]+ ){{0,3}}?)"
    r"\s*(?:the )?(?:{})\b"
)
"""A state that is named only for who asked, or for whom the service is."""
BRANCH: Final = r"\b(?:branch|branches|agency|agencies|head office)\b"
SUBSIDIARY: Final = r"\b(?:subsidiary|subsidiaries|affiliates?|ltd|ltda|limited|gmbh|sarl|bv|pty|plc|inc|sa|ag|kk)\b"
BESIDES: Final = r"\b(?:via|through|and|or|with|having|which has)\b|;|/"
"""Not the local company alone was served."""

DISCOVERY: Final = r"discovery"
"""Asked between the parties to a case alone: who is asked is before the court."""

PARTY: Final = r"(?<!non-)\b(?:party|parties|plaintiffs?|defendants?|respondents?|claimants?)\b"

UNSETTLED: Final = (
    r"\b(?:contest\w*|disput\w*|unclear|unknown|unsettled|undecided|uncertain|whether|alleg\w*|den(?:y|ies|ied)|may|might|"
    r"not established|not proved|question\w*)\b"
)
CLAIMED: Final = r"\b(?:said|says|argu\w+|claim(?:s|ed)|assert\w*|insist\w*)\b"
DOUBT: Final = f"{UNSETTLED}|{CLAIMED}"
OPEN_AT_LARGE: Final = rf"^\s*{UNSETTLED}"
"""Words that make a fact somebody's contention."""

NOT_CONTROLLED: Final = (
    r"\bno (?:control|access|possession|custody)\b|\b(?:does|do|did|had|has|have) (?:not|no)\b|\bcannot\b|"
    r"\bcould not\b|\bunable\b|\bnot (?:in|within|under|control)\b|\bbeyond\b|\bwithout (?:control|access)\b|"
    r"\bthird[- ]part|\bnot (?:the |a |its )?(?:holder|controller|owner|possessor|custodian)\b|"
    r"\blacks? (?:the )?(?:access|control)"
)
PARENT: Final = r"\b(?:parent|headquarters)\b(?!'s own)"
ITSELF: Final = (
    r"^(?:the |both |all |three |two )?(?:corporation|company|companies|firm|carriers?|defendants?|itself|themselves|"
    r"operator|taxpayer|served (?:company|party|entity|bank)|undertaking)\b"
)
OWN: Final = r"\b(?:own|one legal person|same legal person|wholly[- ]owned)\b"
CONTROLS: Final = r"\b(?:controls?|holds?|own|possess\w*|custody|retriev\w*|access\w*|operat\w+|keeps?)\b"
HELD_BY: Final = r"\b(?:run|held|kept|stored|operated) by (?:an?|the|its)? ?(\w+) (?:subsidiary|affiliate)"
OWNED: Final = r"\bwholly[- ]owned (\w+) subsidiary"
SOMEBODY: Final = r"\b(?:subsidiar|affiliate|parent|third|trustee|branch)"
"""Who else may hold a record than the company that was served."""

LATER: Final = r"\braised later\b|\blater raised\b|\bafterwards\b"
UNSAID: Final = r"\b(?:raised|possibl\w+|unproved|no conviction\w*|relied on|invoked)\b"
"""Of a bar: nobody says that it stands, only that somebody spoke of it. The words of `DOUBT` say so too."""

NO_LAW: Final = r"^(?:none|no|nil|n/a|not applicable|nothing)\b"
NOWHERE: Final = (
    r"\b(?:outside|abroad|unknown|unclear|undisclosed|foreign|moving|dynamic\w*|several|various|multiple|distributed|elsewhere|"
    r"not|cloud)\b"
)
"""Of a place: nobody knows which, or it is more than one."""

CARRIER: Final = (
    r"\b(?:telecom\w*|telco|carriers?|(?:mobile|network) operator|internet (?:access|service) provider|isp)\b"
)
"""Who carries what others say."""

REFUSED: Final = r"\b(?:waivers?|permission|approval|consent)\b.{0,80}\b(?:refused|denied)\b"
NOT_KNOWN: Final = r"self-declared|not establish|reported|unknown|alleged|believed|unclear|contested|abroad"
BLIND: Final = r"end-to-end|third[- ]part|trustee|(?:no|without|not hold(?:ing)?|lacks?) (?:the |any )?keys?|impossible"
KEYS_HELD: Final = r"\b(?:holds?|held|has|have|keeps?)\b.{0,80}\bkeys?\b"

GENERIC: Final = frozenset({"provider", "providers", "bank", "banks", "company", "companies", "group", "witness"})
"""Whom a text means where it names nobody."""

_IDLE: Final = """
the a an of and or in by to for on at its their his her inc corp corporation co ltd limited llc llp plc gmbh ag sa bv
sarl ltda is are was were has have had can be from with as not no only own data records all two one three six foreign
us
"""
IDLE: Final = frozenset(_IDLE.split())
"""Words that name nobody."""
