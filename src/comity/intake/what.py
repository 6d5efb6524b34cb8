"""What the paper asks for: accounts, categories, terms; and the offence it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from comity.intake.passages import Field, Said, Span, Sure, softly
from comity.intake.shape import D_ORDER, SUBPOENA, Sheet
from comity.intake.who import best
from comity.kernel.words import Truth

_LOCAL = re.compile(r"[\w.+%'-]{1,64}\s?$")
_DOMAIN = re.compile(r"\s?([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2,24})(?![A-Za-z0-9@])")
_WIDE_LOCAL = re.compile(r"[\w.+%'-]{1,64}(?<=[._-])\n[\w.+%'-]{1,64}\s?$|[\w.+%'-]{1,64}\s?$")
_WIDE_DOMAIN = re.compile(r"\s?([A-Za-z0-9-]{1,63}(?:\s?\.\s?[A-Za-z0-9-]{1,63}){1,8})(?![A-Za-z0-9@])")
_OF_ACCOUNT = softly(
    r"\b(?:accounts?|associated with|subscriber of|search of|e-?mails? of|identifiers?|address(?:es)?)\b[^.;]{0,60}$"
)
_OF_CONTACT = softly(
    r"(?:^|[\n\f])\s?(?:from|to|cc|reply-to):[^\n]{0,60}$|\b(?:contact|send|write|reply|return)\W[^\n;]{0,60}$"
)
_MISREAD: Final = (("0", "o"), ("1", "l"), ("1", "i"), ("5", "s"), ("rn", "m"), ("vv", "w"))


def accounts(sheet: Sheet) -> list[Field]:
    """The addresses asked for; an address that is not here, or was broken on the way, is for a person to look at."""
    return best([field for at in re.finditer("@", sheet.plain) if (field := _account(sheet, at.start()))])


def _account(sheet: Sheet, at: int) -> Field | None:
    span = _address(sheet.plain, at, _LOCAL, _DOMAIN)
    wide = _address(sheet.plain, at, _WIDE_LOCAL, _WIDE_DOMAIN)
    if span is None and wide is None:
        return None
    written = _joined(sheet.plain, span) if span else ""
    if span and sheet.known.account(written) is not False:
        return _placed(sheet, span, written, sheet.known.account(written))
    for other, value in _mended(sheet, span, wide):
        if sheet.known.account(value):
            why = f"the paper has `{sheet.paper.exact(other)}`; read as the account here that it must mean"
            return sheet.paper.field("accounts", value, other, ("doubtful", why))
    return _placed(sheet, span, written, False) if span else None


def _address(plain: str, at: int, local: re.Pattern[str], domain: re.Pattern[str]) -> Span | None:
    low = max(0, at - 130)
    before, after = local.search(plain[low:at]), domain.match(plain, at + 1)
    if before is None or after is None:
        return None
    start = low + before.start() + len(before.group()) - len(before.group().lstrip(".'-+%"))
    return (start, after.end()) if start < at and plain[start - 1 : start] != "@" else None


def _joined(plain: str, span: Span) -> str:
    return "".join(plain[span[0] : span[1]].split()).lower()


def _mended(sheet: Sheet, *spans: Span | None) -> Iterator[tuple[Span, str]]:
    """What a broken address may have been: joined, a hyphen at a line's end kept, misread letters put right."""
    for span in spans:
        if span is None:
            continue
        plain, exact = _joined(sheet.plain, span), "".join(sheet.paper.exact(span).split()).lower()
        for written in dict.fromkeys((plain, exact)):
            yield span, written
            for wrong, right in _MISREAD:
                yield span, written.replace(wrong, right)
            yield span, written.replace("0", "o").replace("1", "l")


def _placed(sheet: Sheet, span: Span, address: str, here: Truth) -> Field | None:
    lead = sheet.soft[max(0, span[0] - 90) : span[0]]
    listed = sheet.attached(span) or bool(_OF_ACCOUNT.search(lead))
    contact = not sheet.attached(span) and bool(_OF_CONTACT.search(lead))
    broken = len(sheet.plain[span[0] : span[1]]) != len(address)
    sure: Sure
    if here is False:
        sure, why = "doubtful", "not an account at this provider"
    elif contact:
        sure, why = "doubtful", "stands where a paper says whom to write to"
    elif broken:
        sure, why = "likely", "broken over two lines, and joined"
    elif here is None:
        sure, why = "likely", "named as an account; whether it is here is not known"
    elif listed:
        sure, why = "certain", "an account here, where the paper names what it asks for"
    else:
        sure, why = "likely", "an account here, named in the paper"
    wanted = here or (listed and not contact)
    return sheet.paper.field("accounts", address, span, (sure, why)) if wanted else None


_CONTENT = softly(
    r"\bcontents? (?:of|and) (?:\w+ ){0,3}?(?:e-?mails?|communications?|messages?|accounts?|mailbox)\b"
    r"|\bcontents? of (?:the|all|any)\b|\be-?mail content\b|\bstored communications\b"
    r"|\ball (?:stored )?(?:e-?mails?|electronic mail|communications|messages)\b"
)
_TRAFFIC = softly(
    r"\btransaction(?:al)? (?:information|records?|data|logs?)|\bheader information|\bnon-?content\b|\blogs? of\b"
    r"|\b(?:connection|session|access|server|ip) logs?\b|\bsource and destination\b|\btraffic data\b"
    r"|\b(?:to and from|sender and recipient) address|\brecords? of (?:all )?communications\b"
)
_SUBSCRIBER = softly(
    r"\bsubscriber(?:'s|s')? (?:\w+ ){0,2}?(?:names?|information|records?|data|identit)|\bbasic subscriber"
    r"|\bnames?(?:,| and) (?:\w+ ){0,2}?address|\bidentif(?:y|ies|ication of) the account"
    r"|\blength (?:and types )?of service|\bmeans (?:and source )?of payment"
    r"|\bbilling (?:records?|information)|\bcustomer (?:name|records?|information)"
)
_EVERYTHING = softly(r"\ball other records|\ball records and (?:other )?information\b|\band records\b")
_CUES: Final = (("content", _CONTENT), ("traffic", _TRAFFIC), ("subscriber", _SUBSCRIBER))
_NOT_BEFORE = softly(
    r"\b(?:not (?:includ\w+|ask\w*|requir\w+|the|any|to|be)|except|excluding|other than|without)\b[^.,;:]{0,50}$"
)
_NOT_AFTER = softly(
    r"^[^.;:]{0,60}\b(?:(?:are|is|be) not (?:asked|requested|sought|included|required|to be)|excluded)\b"
)


def categories(sheet: Sheet) -> list[Field]:
    """The categories of records that the paper's words mean; words that exclude a category do not ask for it."""
    for part in sheet.asked():
        fields = [field for category, cue in _CUES for field in _cued(sheet, part, category, cue)]
        for category in ("subscriber", "traffic") if fields else ():
            if category not in {field.value for field in fields}:
                fields += [
                    replace(f, sure="likely", why="all other records")
                    for f in _cued(sheet, part, category, _EVERYTHING)
                ]
        if fields:
            return best(fields)
    return []


def _cued(sheet: Sheet, part: Span, category: str, cue: re.Pattern[str]) -> Iterator[Field]:
    for words in cue.finditer(sheet.soft, *part):
        before = sheet.soft[max(part[0], words.start() - 60) : words.start()]
        after = sheet.soft[words.end() : min(part[1], words.end() + 90)]
        if _NOT_BEFORE.search(before) or _NOT_AFTER.search(after):
            continue
        clean = not re.search("[0-9]", sheet.plain[words.start() : words.end()])
        sure: Sure = "certain" if clean and sheet.attached(words.span()) else "likely"
        why = f"these words{'' if clean else ', read through misread letters,'} ask for {category}"
        if category == "content" and sheet.form in (D_ORDER, SUBPOENA):
            sure, why = "doubtful", "such an instrument seldom reaches content"
        yield sheet.paper.field("categories", category, words.span(), (sure, why))


_TERMS = softly(
    r"\b(?:search|key)[\s-]?(?:terms?|words?|phrases?)\b|\b(?:following|these) (?:search )?(?:words|terms|phrases)\b"
    r"|\b(?:words|terms|phrases) (?:occurs?|appears?)\b|\bcontain(?:s|ing)? (?:any of )?(?:the )?(?:words?|terms?)\b"
)
_QUOTE: Final = r'"([^"\f]{1,100})"'
_FIRST_QUOTE = re.compile(
    rf"(?:[\s:,-]|occurs?|appears?|(?:in|of|the|following|is|are)\b){{0,12}}{_QUOTE}", re.IGNORECASE
)
_NEXT_QUOTE = re.compile(rf"(?:[\s,;]|(?:or|and)\b){{0,6}}{_QUOTE}", re.IGNORECASE)
_MIXED = re.compile(r"[^\W\d_][015]|[015][^\W\d_]")


def terms(sheet: Sheet) -> list[Field]:
    """The quoted words of which one must occur, where the paper limits its range by words."""
    for part in sheet.asked():
        found = [field for cue in _TERMS.finditer(sheet.soft, *part) for field in _quoted(sheet, cue.end(), part[1])]
        if found:
            return best(found)
    return []


def limited_by_words(sheet: Sheet) -> bool:
    """Whether the paper speaks of words to look for, quoted or not."""
    return any(_TERMS.search(sheet.soft, *part) for part in (sheet.things, sheet.search) if part)


def _quoted(sheet: Sheet, at: int, end: int) -> Iterator[Field]:
    quote = _FIRST_QUOTE.match(sheet.plain, at, end)
    while quote:
        # American typesetting puts commas and full stops inside the quotes; they are no part of the word.
        inner = quote.start(1), quote.start(1) + len(quote.group(1).rstrip(" ,;."))
        if inner[0] < inner[1]:
            term = sheet.paper.exact(inner)
            said: Said = ("certain", "quoted as a word to look for")
            if _MIXED.search(term):
                said = "doubtful", "letters and figures may have been confused"
            elif quote.group(1).endswith("."):
                said = "likely", "the full stop inside the quotes is taken for the sentence's"
            elif "\n" in quote.group(1):
                said = "likely", "broken over two lines, and joined"
            yield sheet.paper.field("terms", term, inner, said)
        quote = _NEXT_QUOTE.match(sheet.plain, quote.end(), end)


_SECTION: Final = r"[0-9]{1,5}[A-Za-z]?(?:\([0-9A-Za-z]{1,4}\)){0,4}"
_STATUTE = re.compile(
    r"\b(?:Title\s)?([0-9]{1,2}),?\s(?:U\.?\s?S\.?\s?C\.?|United\sStates\sCode),?\s?(?:§{1,2}|Sections?|Secs?\.)?\s?"
    rf"({_SECTION}(?:(?:,\sand\s|,\s|\sand\s|\s&\s){_SECTION}){{0,20}})",
    re.IGNORECASE,
)
_BROKEN = softly(r"\b(?:violat\w+|offen[cs]es?|crimes?)\b[^.;]{0,60}$")
_PROCESS: Final = frozenset({*range(2510, 2524), *range(2701, 2714), *range(3121, 3128), 3103, 3486, 3512})
"""Sections of title 18 by which papers are issued, not broken."""


def offences(sheet: Sheet) -> list[Field]:
    """The statutes said to have been broken, as cited."""
    found = []
    for cited in _STATUTE.finditer(sheet.plain):
        first = re.match("[0-9]+", cited.group(2))
        if first is None or (int(cited.group(1)) == 18 and int(first.group()) in _PROCESS) or cited.group(1) == "28":
            continue
        broken = _BROKEN.search(sheet.soft[max(0, cited.start() - 80) : cited.start()])
        sure: Sure = "certain" if broken else "likely"
        written = " ".join(cited.group().split())
        found.append(sheet.paper.field("offence", written, cited.span(), (sure, "a statute cited")))
    return best(found)
