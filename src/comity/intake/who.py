"""Who asks and who is asked: the court, its judge, its number for the case, the country, and the provider named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from comity.intake.dates import dates
from comity.intake.known import COUNTRIES
from comity.intake.passages import Field, Span, Sure, fold
from comity.intake.shape import FROM_COURT, MLAT, Sheet

_RANK: Final[dict[Sure, int]] = {"certain": 0, "likely": 1, "doubtful": 2}


def best(fields: list[Field]) -> list[Field]:
    """Each value once, where it was read most surely; in the order of the paper."""
    kept: dict[str, Field] = {}
    for field in sorted(fields, key=lambda field: (_RANK[field.sure], field.start)):
        kept.setdefault(field.value, field)
    return sorted(kept.values(), key=lambda field: field.start)


def only(fields: list[Field]) -> list[Field]:
    """For a field that has one value: rivals make one another doubtful."""
    kept = best(fields)
    if len(kept) < 2:
        return kept
    said = ", ".join(f"`{field.value}`" for field in kept)
    return [replace(field, sure="doubtful", why=f"the paper gives more than one: {said}") for field in kept]


def named(fields: Iterable[Field], name: str) -> list[Field]:
    """The fields of one name."""
    return [field for field in fields if field.name == name]


@dataclass(frozen=True, slots=True)
class _Hit:
    span: Span
    id: str
    clean: bool


def _named(sheet: Sheet, names: Mapping[str, str]) -> list[_Hit]:
    """Where any of the names (by id) stands; a name inside a longer one is not counted."""
    found = []
    for id, name in names.items():
        for start, end in sheet.paper.spans(name):
            dot = name.endswith(".") and sheet.plain.startswith(".", end)
            span = start, end + dot
            if not _within_word(sheet.plain, (start, end)):
                found.append(_Hit(span, id, sheet.paper.cleanly(name, span)))
    kept: list[_Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.span[0], -hit.span[1])):
        if not kept or hit.span[1] > kept[-1].span[1]:
            kept.append(hit)
    return kept


def _within_word(plain: str, span: Span) -> bool:
    return plain[span[0] - 1 : span[0]].isalnum() or plain[span[1] : span[1] + 1].isalnum()


_CAPTION = re.compile(
    f"({fold('united states district court')}|{fold('u.s. district court')})({fold('for the')}|forthe|for)?$"
)
_BENCH = re.compile(f"{fold('judge')}$")
_ELSEWHERES: Final = ("located in the", "found in the", "attorney's office for the", "attorney for the")
_ELSEWHERE = re.compile(f"(?:{'|'.join(map(fold, _ELSEWHERES))})$")
_COURT_NAME = re.compile(r".*\bfor the\s+", re.IGNORECASE)


def court(sheet: Sheet) -> list[Field]:
    """The court whose caption or bench the paper names; a district where something merely lies is not its court."""
    short = {id: _COURT_NAME.sub("", name) for id, name in sheet.known.courts.items()}
    strong, weak = [], []
    for hit in _named(sheet, short):
        before = fold(sheet.plain[max(0, hit.span[0] - 70) : hit.span[0]])
        if _CAPTION.search(before) or _BENCH.search(before):
            why = "the court's caption" if hit.clean else "the court's caption, read through broken letters"
            strong.append(sheet.paper.field("court", hit.id, hit.span, ("certain" if hit.clean else "likely", why)))
        elif not _ELSEWHERE.search(before):
            weak.append(sheet.paper.field("court", hit.id, hit.span, ("doubtful", "named, but not in a caption")))
    return only(strong or weak)


_TITLES: Final = tuple(
    f"{country} {rank} judge"
    for country in ("united states", "u.s.")
    for rank in ("magistrate", "district", "chief district", "circuit")
)
_HONOURED = re.compile(r"(?:\bhon\b\.?|\bhonou?rable\b|/s/)\s", re.IGNORECASE)
_NAME_END = re.compile(r"(?<![\w.])([A-Z][\w'-]*\.?(?:\s[A-Z][\w'-]*\.?){1,4})$")
_FIRST_PART = re.compile(r"(?:^|[^\w\s.]\s)([A-Z][\w'-]*\.?(?:\s[A-Z][\w'-]*\.?){0,2})\s?$")
_BEFORE_TITLE: Final = 120


def judge(sheet: Sheet) -> list[Field]:
    """The judge who signs, by the name that stands before the title; a blank line before a title names nobody."""
    found = []
    for title in _TITLES:
        for span in sheet.paper.spans(title):
            named = None if _within_word(sheet.plain, span) else _name_before(sheet.plain, span[0])
            if named:
                (start, end), sure = named
                name = _person(sheet.plain[start:end])
                found.append(sheet.paper.field("judge", name, (start, span[1]), (sure, "stands before the title")))
    return only(found)


def _name_before(plain: str, at: int) -> tuple[Span, Sure] | None:
    """A name that ends before `at`, on one line if it can be, else over two."""
    lead = plain[max(0, at - _BEFORE_TITLE) : at].rstrip(" ,(\n\t")
    end = max(0, at - _BEFORE_TITLE) + len(lead)
    lines = _HONOURED.split(re.split(r"[\t\f_):]", lead)[-1])[-1].split("\n")
    name = _NAME_END.search(lines[-1])
    # A name seldom begins with an initial: its first part was left on the line before.
    broken = name is None or re.match(r"\w\.", name.group(1))
    if broken and len(lines) > 1 and (first := _FIRST_PART.search(lines[-2])):
        name = _NAME_END.search(f"{first.group(1)} {lines[-1]}")
    if name is None:
        return None
    sure: Sure = "certain" if not broken and name.group(1) == lines[-1].strip() else "likely"
    span = end - len(name.group(1)), end
    return span, "doubtful" if re.search(r"[0-9]|^\w\.", plain[span[0] : span[1]]) else sure


def _person(name: str) -> str:
    return " ".join(map(_capital, name.split()) if name.isupper() else name.split())


def _capital(word: str) -> str:
    """A name in capitals as it is usually written; numerals such as IV stay."""
    if re.fullmatch(r"[IVX]{2,4}", word):
        return word
    return "-".join(part.capitalize() for part in word.split("-"))


_NUMBERED = re.compile(
    r"(?<![\w.:-])(?:[0-9]{1,2}\s(?:Mag|Misc|MJ|MC|Cr|Civ|M)\.?\s(?:No\.\s)?[0-9]{1,6}"
    r"|(?:[0-9]:)?[0-9]{2,4}-(?:mj|mc|sw|sc|cr|gj|ms|misc|mag)-?[0-9]{2,6}(?:-[A-Z]{1,4}){0,3})(?![\w-])",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:case|docket|warrant|subpoena|grand\sjury|matter|file|index|our\sreference|reference|our\sref|ref|no|nos)"
    r"\b\.?\s?(?:no|number)?\b\.?\s?:?[\s]{0,3}",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?=[^\s]{0,30}[0-9])[A-Za-z0-9]{1,12}(?:[:/-][A-Za-z0-9]{1,12}){1,5}(?:\s\([A-Z]{2,4}\))?(?![\w@-])"
)


def reference(sheet: Sheet) -> list[Field]:
    """The authority's own number: in a docket's shape, or whatever stands behind a label such as `Case No.`."""
    found = []
    for shaped in _NUMBERED.finditer(sheet.plain):
        labelled = bool(re.search(r"\bno\b", sheet.plain[max(0, shaped.start() - 100) : shaped.start()], re.IGNORECASE))
        sure: Sure = "certain" if labelled or sheet.form in FROM_COURT else "likely"
        found.append(_numbered(sheet, shaped.span(), sure, "in the shape of a docket number"))
    for label in () if found else _LABEL.finditer(sheet.plain):
        token = _TOKEN.match(sheet.plain, label.end())
        if token and not dates(token.group()):
            found.append(_numbered(sheet, token.span(), "likely", f"stands behind `{label.group().strip()}`"))
    return only(found)


def _numbered(sheet: Sheet, span: Span, sure: Sure, why: str) -> Field:
    written = " ".join(sheet.plain[span[0] : span[1]].split())
    if re.search("[0-9][OlI]|[OlI][0-9:]", written):
        sure, why = "doubtful", "letters and figures may have been confused"
    return sheet.paper.field("reference", written, span, (sure, why))


_STATE = re.compile(
    r"\b(?:Central\sAuthority|Government)\sof\s(?:the\s)?([A-Z]\w+(?:\s[A-Z]\w+){0,3})\s(?:hereby\s)?requests"
)


def place(sheet: Sheet, courts: list[Field]) -> list[Field]:
    """The country that demands: its court's, the one that requests in a letter, or the one whose statutes are cited."""
    if courts:
        first = courts[0]
        country = first.value.partition("-")[0].upper()
        same = all(court.value.partition("-")[0].upper() == country for court in courts)
        sure = "likely" if same and first.sure == "doubtful" else first.sure
        return [replace(first, name="place", value=country, sure=sure, why="the country of the court")]
    requesting = _STATE.search(sheet.plain) if sheet.form in (MLAT, None) else None
    if requesting:
        codes = (code for code, name in COUNTRIES.items() if fold(name) == fold(requesting.group(1)))
        why = "the country that requests"
        return [sheet.paper.field("place", code, requesting.span(1), ("likely", why)) for code in codes]
    cited = re.search(r"\b[0-9]{1,2}\sU\.\s?S\.\s?C\.", sheet.plain)
    if cited:
        return [sheet.paper.field("place", "US", cited.span(), ("likely", "the paper cites the United States Code"))]
    return []


_HOLDERS: Final = (
    "operated by", "controlled by", "maintained by", "held by", "kept by", "account at", "accounts at", "warrant to",
    "to", "from", "custodian of records", "ordered that", "requires",
)  # fmt: skip
_HOLDS = re.compile(f"(?:{'|'.join(map(fold, _HOLDERS))})$")
_COMPANY = re.compile(
    r"(?:operated|controlled|maintained|held|provided)\sby\s((?:[A-Z][\w&.-]*\s){1,5}"
    r"(?:Inc|Corp|Corporation|Ltd|Limited|LLC|GmbH|plc|Company|B\.V|S\.A)\b\.?)"
)


def provider(sheet: Sheet) -> list[Field]:
    """The provider named, and which entity of the estate it is; a person tells two of our own apart."""
    names, fields = sheet.known.entities, []
    hits = _named(sheet, names)
    held = [hit for hit in hits if _HOLDS.search(fold(sheet.plain[max(0, hit.span[0] - 40) : hit.span[0]]))]
    for hit in held or hits:
        why = "named as holding the records or addressed" if held else "named in the paper"
        sure: Sure = "certain" if held and hit.clean else "likely"
        for name, value in (("served_entity", hit.id), ("provider", names[hit.id])):
            fields.append(sheet.paper.field(name, value, hit.span, (sure, why)))
    if not fields and (other := _COMPANY.search(sheet.plain)):
        why = "not an entity of this estate"
        fields.append(sheet.paper.field("provider", sheet.paper.exact(other.span(1)), other.span(1), ("doubtful", why)))
    return [*only(named(fields, "served_entity")), *only(named(fields, "provider"))]


def issuer(sheet: Sheet, judges: list[Field], instruments: list[Field]) -> Iterator[Field]:
    """What kind of authority issued it, where the declared codes have a word for it."""
    term = sheet.known.vocabulary.terms.get("demand.issuer")
    if sheet.form is None or not sheet.form.issuer or term is None or not term.admits(sheet.form.issuer):
        return
    source = (judges if sheet.form.issuer == "judge" else []) or instruments
    sure: Sure = "likely" if source[0].sure == "certain" else source[0].sure
    yield replace(source[0], name="issuer", value=sheet.form.issuer, sure=sure, why="who issues such a paper")
