"""What courts are called in other words than those of courts.toml: in English, in a second language, by initials.

Tried from above, after the names themselves; a court that the packs do not declare is passed over.
"""

from __future__ import annotations

from typing import Final

CALLED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "AU": (
        (r"\bhigh court\b|\bhca\b", "au-hca"),
        (r"full (?:federal )?court|\bfcafc\b", "au-fca-full"),
        (r"federal court|\bfca\b", "au-fca"),
        (r"court of appeal", "au-appeal"),
        (r"administrative (?:review|appeals) tribunal|\b[aq]at\b", "au-art"),
        (r"supreme court|county court|district court|local court|magistrates?", "au-trial"),
    ),
    "BE": (
        (r"court of cassation|cour de cassation|supreme court|\bcass\b", "be-cass"),
        (r"constitutional|constitutionnelle|grondwettelijk", "be-gwh"),
        (r"(?:appeal|appel|beroep).*(?:antwerp|anvers)|(?:antwerp|anvers).*(?:appeal|appel)", "be-antwerpen"),
        (r"(?:appeal|appel|beroep).*(?:brussel|bruxelles)|(?:brussels|bruxelles).*(?:appeal|appel)", "be-brussel"),
        (r"(?:appeal|appel|beroep).*(?:ghent|gand|gent)|(?:ghent|gand|gent).*(?:appeal|appel)", "be-gent"),
        (r"court of appeal|cour d'appel", "be-appeal"),
        (r"mechelen|malines|mechlin", "be-mechelen"),
        (r"dendermonde|termonde", "be-dendermonde"),
        (r"tribunal|rechtbank|first instance|criminal court", "be-trial"),
    ),
    "BR": (
        (r"supremo tribunal federal|federal supreme|supreme federal|\bstf\b", "br-stf"),
        (r"superior court of justice|superior tribunal|\bstj\b", "br-stj"),
        (r"tribunal de justica|regional federal|court of appeal|\btj[a-z]{2}\b|\btrf", "br-appeal"),
        (r"\bvara\b|juizo|lower court|trial court|first instance", "br-trial"),
    ),
    "CA": (
        (r"supreme court of canada|cour supreme du canada|\bscc\b", "ca-scc"),
        (r"federal court of appeal|cour d'appel federale|\bfca\b", "ca-fca"),
        (r"(?:court of appeal|cour d'appel).*queb|quebec court of appeal|\bqcca\b", "ca-qcca"),
        (r"(?:superior court|cour superieure).*queb|quebec superior|\bqccs\b", "ca-qcsc"),
        (r"court of quebec|cour du quebec|\bqccq\b", "ca-qcpc"),
        (r"(?:b\.?c\.?|british columbia) court of appeal|\bbcca\b", "ca-bcca"),
        (r"(?:b\.?c\.?|british columbia) supreme|\bbcsc\b", "ca-bcsc"),
        (r"(?:b\.?c\.?|british columbia) provincial|\bbcpc\b", "ca-bcpc"),
        (r"ontario court of appeal|\bonca\b", "ca-onca"),
        (r"superior court.*ontario|ontario superior|\bonsc\b", "ca-onsc"),
        (r"ontario court|\boncj\b", "ca-onpc"),
        (r"bench.*alberta|alberta.*bench|\babqb\b|\babkb\b", "ca-abkb"),
        (r"bench.*manitoba|manitoba.*bench", "ca-mbkb"),
        (r"bench.*saskatchewan|saskatchewan.*bench", "ca-skkb"),
        (r"bench.*brunswick|brunswick.*bench", "ca-nbkb"),
        (r"federal court|cour federale", "ca-fc"),
    ),
    "CH": (
        (r"federal administrative|administratif federal|amministrativo federale|\btaf\b|\bbvger\b", "ch-bvger"),
        (r"federal criminal|penal federal|penale federale|\bbstger\b", "ch-bstger"),
        (r"federal supreme|swiss federal (?:court|tribunal)|supreme court|tribunal federal|tribunale federale|\bbger\b",
         "ch-bger"),
        (r"obergericht|kantonsgericht|cantonal court|cour de justice|appeal", "ch-appeal"),
        (r"bezirksgericht|zwangsmassnahmen|coercive|district court|tribunal", "ch-trial"),
    ),
    "DE": (
        (r"federal constitutional|\bbverfg\b", "de-bverfg"),
        (r"federal court of justice|federal supreme|\bbgh\b", "de-bgh"),
        (r"federal administrative|\bbverwg\b", "de-bverwg"),
        (r"(?:higher|superior) regional|oberlandesgericht|kammergericht|court of appeal|\bolg\b", "de-olg"),
        (r"(?:regional court|landgericht|\blg\b).*(?:cologne|koeln)|(?:cologne|koeln) regional", "de-lg-koeln"),
        (r"(?:regional court|landgericht|\blg\b).*hann?over|hann?over regional", "de-lg-hannover"),
        (r"regional court|landgericht|\blg\b", "de-lg"),
        (r"administrative court|verwaltungsgericht|\bvg\b", "de-vg"),
        (r"local court|district court|amtsgericht|magistrate|\bag\b", "de-ag"),
    ),
    "EU": (
        (r"court of justice|\bcjeu\b|\becj\b|cour de justice", "eu-cjeu"),
        (r"general court|court of first instance", "eu-gc"),
    ),
    "FR": (
        (r"court of cassation|cass\. ?(?:crim|civ|com)|supreme court|chambre criminelle", "fr-cass"),
        (r"council of state|conseil d'etat", "fr-ce"),
        (r"court of appeal|cour d'appel|\bca (?:de )?[a-z]+|appeals? court", "fr-ca"),
        (r"judicial (?:court|tribunal)|tribunal judiciaire|grande instance|\bt[gj]i?\b|correctionnel|first instance",
         "fr-tj"),
    ),
    "GB": (
        (r"supreme court|house of lords|\buksc\b|\bukhl\b|privy council", "gb-uksc"),
        (r"investigatory powers tribunal|\bipt\b", "gb-ipt"),
        (r"court of appeal|\bewca\b|inner house", "gb-ewca"),
        (r"high court|divisional court|administrative court|(?:queen|king)'?s bench|chancery|\bewhc\b|outer house|"
         r"upper tribunal|appeal tribunal|commercial court", "gb-ewhc"),
        (r"crown court|central criminal court|old bailey", "gb-crown-court"),
        (r"magistrates?|county court|sheriff|first-tier", "gb-trial"),
    ),
    "IE": (
        (r"supreme court|cuirt uachtarach|\biesc\b", "ie-sc"),
        (r"court of (?:criminal )?appeal|\bieca\b", "ie-ca"),
        (r"high court|\biehc\b", "ie-hc"),
        (r"circuit", "ie-cc"),
        (r"district court", "ie-dc"),
    ),
    "IN": ((r"supreme court", "in-sc"), (r"high court", "in-hc"), (r"magistrate|sessions|district|trial", "in-trial")),
    "JP": ((r"supreme", "jp-supreme"), (r"high court", "jp-appeal"), (r"district|summary|family", "jp-trial")),
    "KR": (
        (r"constitutional", "kr-cc"), (r"supreme", "kr-supreme"), (r"high court", "kr-appeal"),
        (r"district|central", "kr-trial"),
    ),
    "NL": (
        (r"hoge raad|supreme court|\bhr\b", "nl-hr"),
        (r"gerechtshof|court of appeal|\bhof\b", "nl-hof"),
        (r"rechtbank|district court|investigating judge|rechter-commissaris|\brb\b", "nl-rb"),
    ),
    "NO": (
        (r"hoyesterett|supreme", "no-hr"), (r"lagmannsrett|court of appeal", "no-appeal"),
        (r"tingrett|district court|oslo", "no-trial"),
    ),
    "RU": (
        (r"supreme|constitutional|verkhovn", "ru-vs"),
        (r"city court|regional court|court of appeal|oblast", "ru-appeal"),
        (r"district|justice of the peace|magistrate|arbitrazh|peace", "ru-trial"),
    ),
    "SG": ((r"court of appeal", "sg-ca"), (r"high court", "sg-hc"), (r"district|magistrate|state court", "sg-trial")),
    "TR": (
        (r"constitutional|anayasa|\baym\b", "tr-aym"), (r"cassation|yargitay", "tr-yargitay"),
        (r"regional|istinaf", "tr-appeal"), (r"peace|sulh|first instance|criminal court", "tr-trial"),
    ),
    "US": (
        (r"california supreme|supreme court of california|cal\.? sup", "us-cal-sc"),
        (r"cal\w*\.? ct\.? app|california court of appeals?|court of appeal.*california", "us-cal-ca"),
        (r"cal\w*\.? super|(?:los angeles|san francisco|san diego|santa clara|alameda|orange).*superior|"
         r"superior court.*(?:california|los angeles|san francisco|san diego|santa clara|alameda)", "us-cal-superior"),
    ),
}  # fmt: skip
"""By country: a pattern of a court's name in lower case without accents, and the court's id."""
