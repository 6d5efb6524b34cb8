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
    "MX": "mexico|mexican",
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
"""What a text calls a state, its people and its larger towns; a state that is not here goes by its code alone."""

CATEGORIES: Final = (
    (r"source-code|software|sensor|non-?personal", "nonpersonal"),
    (r"(^|-)keys?(-|$)|password|passcode|decrypt|decipher", "keys"),
    (r"^live|-live|intercept|wiretap|real-time|prospective", "live-content"),
    (r"content|communication|message|mailbox|mails?$|photo|image|video|chat|posts?$|voicemail|attachment", "content"),
    (r"files|cloud-|stored-|backup|health|personal-data", "content"),
    (
        r"header|traffic|(^|-)logs?(-|$)|metadata|address-book|contacts|location|cell-site|call-detail|cdr|pen-",
        "traffic",
    ),
    (r"usage|history", "traffic"),
    (r"bank|business|sales|books?(-|$)|financial|corporate|tax|trad(e|ing)|transaction|invoice|company", "business"),
    (r"accounting|testimony|customer-records|client|employee|blockchain|wallet|documents?$", "business"),
    (r"(account|user)-(records|data|information)", "account"),
    (r"subscriber|(^|-)ip(-|$)|identi[tf]|registration|account|user|name|phone-number|payment", "subscriber"),
    (r"records|data|information", "business"),
)
"""A word of `data_category` and the class of records it means. `account` is a subscriber's record at a provider of
communications, and business elsewhere."""

WEIGHT: Final = ("keys", "live-content", "content", "traffic", "subscriber", "business", "nonpersonal")
"""The classes, the one a holding is about first: what is most protected is what was fought over."""

INSTRUMENTS: Final = (
    (r"mlat|letters?-rogatory|mutual-|mla-", "mlat-request"),
    (r"^eio|european-investigation", "eio-request"),
    (r"executive-agreement|cloud-act-order", "executive-agreement-order"),
    (r"epoc|european-production", "epoc eu-epoc eu-production-order"),
    (r"emergency|exigent", "emergency-request"),
    (r"preserv|freez", "preservation-order preservation-letter preservation-request"),
    (r"consent", "consent-request"),
    (r"pen-trap|pen-register", "pen-trap-order pen-register"),
    (r"2703-?d|(^|-)d-order", "sca-d-order"),
    (r"calecpa|california", "ca-warrant"),
    (r"sca-warrant|2703-warrant", "sca-warrant search-warrant"),
    (r"nsl|national-security-letter", "nsl"),
    (r"fisa", "fisa-702-directive fisa-order"),
    (r"grand-jury", "grand-jury-subpoena"),
    (r"trial-subpoena|criminal-subpoena", "trial-subpoena"),
    (r"bank-subpoena|correspondent|patriot-act", "bank-subpoena"),
    (r"tax|revenue|unnamed-persons|john-doe", "tax-summons tax-requirement"),
    (r"1782|civil.*subpoena|subpoena.*civil|litigant", "civil-subpoena private-litigant-subpoena civil-order"),
    (r"civil|discovery|norwich|deposition", "civil-discovery civil-order"),
    (r"copo|overseas-production", "copo"),
    (r"administrative|agency|regulat|demand|s2-notice|securities|summons", "administrative-subpoena production-order"),
    (r"(^|-)keys?(-|$)|decrypt|s49|unlock", "key-order decryption-order technical-capability-notice production-order"),
    (r"intercept|wiretap|surveillance|listening", "interception-order interception-warrant wiretap-order"),
    (r"subscriber|identif", "subscriber-order records-order production-order"),
    (r"traffic|retention|metadata|records-order|cdr", "records-order production-order"),
    (r"search|seizure|warrant", "search-warrant sca-warrant production-order"),
    (r"secrecy-lifting|production|(?<!non-)disclosure|direct-request|information-|court-order", "production-order"),
)
"""A word of `instrument` and the kinds to try: each behind the letters of its state, then as it stands. The word itself
is tried before them."""

BY_CATEGORY: Final = {
    "keys": "key-order",
    "live-content": "interception-order",
    "content": "search-warrant",
    "traffic": "records-order",
    "subscriber": "subscriber-order records-order",
    "business": "",
    "nonpersonal": "",
}
"""What an order to produce is called in a state that has no production order for everything."""

US_ONLY: Final = "private-litigant-subpoena"
OTHERWISE: Final = "foreign-court-order"
"""The code of a command of a state for which the packs have no word that fits."""

ISSUERS: Final = (
    (r"grand-jury", "grand-jury"),
    (r"civil|1782|discovery|litigant", "private-party"),
    (r"mlat|mutual|eio", "central-authority"),
    (r"nsl|tax|administrative|agency|notice|summons|fisa", "agency"),
    (r"warrant|intercept|trial|2703d|(^|-)d-order|pen-trap|copo|secrecy-lifting", "judge"),
)
"""Who issues an instrument, by its kind; otherwise what `requesting_body` says, and then a judge: a court had it
before it."""

BODIES: Final = (
    (r"prosecut|attorney general|staatsanwalt|parquet", "prosecutor"),
    (r"\bcourts?\b|judge|tribunal|magistrate|gericht|inquiry", "judge"),
    (r"minister|secretary of state|home office", "minister"),
    (r"\bfsb\b|agency|authority|revenue|\birs\b|commission|regulator|intelligence", "agency"),
    (r"private|litigant|plaintiff|association|creditor|claimant", "private-party"),
)

NO_PRESENCE: Final = (
    r"\b(?:no|without|lacks?|not)\b(?:\s+[\w-]+){0,4}?\s+"
    r"(?:presence|present|branch|branches|offices?|establishment|established|entity|site|subsidiary|agency)\b"
)
BRANCH: Final = r"\b(?:branch|branches|agency|agencies|head office)\b"
SUBSIDIARY: Final = r"\b(?:subsidiary|subsidiaries|affiliates?|ltd|ltda|limited|gmbh|sarl|bv|pty|plc|inc|sa|ag|kk)\b"
BESIDES: Final = r"\b(?:via|through|and|or)\b|;"
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
"""Words that make a fact somebody's contention."""

NOT_CONTROLLED: Final = (
    r"\bno (?:control|access|possession|custody)\b|\b(?:does|do|did|had|has|have) (?:not|no)\b|\bcannot\b|"
    r"\bcould not\b|\bunable\b|\bnot (?:in|within|under|control)\b|\bbeyond\b|\bwithout (?:control|access)\b|"
    r"\bthird[- ]part"
)
PARENT: Final = r"\b(?:parent|headquarters)\b(?!'s own)"
OWN: Final = r"\b(?:own|one legal person|same legal person|wholly[- ]owned)\b"
CONTROLS: Final = r"\b(?:controls?|holds?|own|possess\w*|custody|retriev\w*|access\w*|operat\w+|keeps?)\b"
HELD_BY: Final = r"\b(?:run|held|kept|stored|operated) by (?:an?|the|its)? ?(\w+) (?:subsidiary|affiliate)"
OWNED: Final = r"\bwholly[- ]owned (\w+) subsidiary"
SOMEBODY: Final = r"\b(?:subsidiar|affiliate|parent|third|trustee|branch)"
"""Who else may hold a record than the company that was served."""

LATER: Final = r"\braised later\b|\blater raised\b|\bafterwards\b"
UNSAID: Final = r"\b(?:raised|possibl\w+|unproved|no conviction\w*|relied on|invoked)\b"
"""Of a bar: nobody says that it stands, only that somebody spoke of it. The words of `DOUBT` say so too."""

REFUSED: Final = r"\b(?:waivers?|permission|approval|consent)\b.*\b(?:refused|denied)\b"
NOT_KNOWN: Final = r"self-declared|not establish|reported|unknown|alleged|believed|unclear|contested|abroad"
BLIND: Final = r"end-to-end|third[- ]part|trustee|(?:no|without|not hold(?:ing)?|lacks?) (?:the |any )?keys?|impossible"
KEYS_HELD: Final = r"\b(?:holds?|held|has|have|keeps?)\b.*\bkeys?\b"

GENERIC: Final = frozenset({"provider", "providers", "bank", "banks", "company", "companies", "group", "witness"})
"""Whom a text means where it names nobody."""

_IDLE: Final = """
the a an of and or in by to for on at its their his her inc corp corporation co ltd limited llc llp plc gmbh ag sa bv
sarl ltda is are was were has have had can be from with as not no only own data records all two one three six foreign
us
"""
IDLE: Final = frozenset(_IDLE.split())
"""Words that name nobody."""
