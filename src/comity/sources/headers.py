"""Reading the header of a message that nobody vouches for: fields, addresses, words, dates.

Nothing here raises on any octets, and each function takes time in proportion to its input. What cannot be read is
absent or None, and the caller says so. After RFC 5322 with its obsolete forms, RFC 2047 and RFC 2231.
"""

from __future__ import annotations

import binascii
import contextlib
import ipaddress
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from comity.kernel.collection import Span
from comity.sources.charsets import decoded
from comity.sources.prefilter import BLANK, HEAD_LIMIT

Field = tuple[str, bytes]
"""A field's name in lower case, and its value as it stands, unfolded."""

_FIELDS: Final = re.compile(rb"^([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_FOLD: Final = re.compile(rb"\r?\n")


def split(octets: bytes, begin: int = 0, end: int | None = None) -> tuple[bytes, int]:
    """The header of the message in `octets[begin:end]`, and where its body begins.

    The header ends at the first blank line, and is read up to HEAD_LIMIT octets.
    """
    end = len(octets) if end is None else end
    for blank in (b"\n", b"\r\n"):
        if octets.startswith(blank, begin, end):
            return b"", begin + len(blank)
    found = BLANK.search(octets, begin, min(end, begin + HEAD_LIMIT))
    if found:
        return octets[begin : found.start() + 1], found.end()
    return octets[begin : min(end, begin + HEAD_LIMIT)], end


def fields(head: bytes) -> list[Field]:
    """Every field of a header in its order; lines that are none are passed over."""
    found = ((name.decode().lower(), value.removesuffix(b"\r")) for name, value in _FIELDS.findall(head))
    return [(name, _FOLD.sub(b"", value) if b"\n" in value else value) for name, value in found]


_QUOTED: Final = rb'(?P<q>"(?:[^"\\]|\\.)*")|'
_TOKENS: Final = rb'(?P<w>[^\s"(),:;<>@\[\].\\]+)|(?P<l>\[[^\[\]\\]*\])|(?P<o>[(),:;<>@."])|[\s\S]'
_TOKEN: Final = re.compile(_QUOTED + _TOKENS, re.DOTALL)
_BARE: Final = re.compile(_TOKENS)
_ADDRESS: Final = re.compile(r"(?P<local>\.*[wq](?:\.+[wq])*\.*)@(?P<domain>l|w(?:\.+w)*)")
_KINDS: Final = {b"@": "@", b".": ".", b",": "x", b";": "x", b"(": "x", b")": "x"}
_PAIR: Final = re.compile(rb"\\(.)", re.DOTALL)
_PARENTHESES: Final = re.compile(rb"\\.|[()]", re.DOTALL)


_PLAIN: Final = rb'((?!\.*@)[^\s"(),:;<>@\[\]\\]+)@((?!\.)[^\s"(),:;<>@\[\]\\]+(?<!\.))'
_ONE: Final = re.compile(rb'\s*(?:"[^"\\]*"|[^"(),:;<>@\[\]\\])*<' + _PLAIN + rb">\s*|\s*" + _PLAIN + rb"\s*")


def addresses(value: bytes) -> list[str]:
    """The addresses in the value of an address field, as addresses: not those in display names and comments.

    Quoted local parts are unquoted, comments and folds inside an address dropped (`ann (x) @ x . org`). Where quotes or
    parentheses do not pair up, the value is also read as if they were not there, so that no address is lost.
    """
    if one := _ONE.fullmatch(value):
        return _written(decoded(one[1] or one[3]), decoded(one[2] or one[4]))
    return parsed_addresses(value)


def parsed_addresses(value: bytes) -> list[str]:
    """What `addresses` gives, by reading the whole grammar; one plain address needs less."""
    found, paired = _mailboxes(value, True)
    if not paired:
        found += [address for address in _mailboxes(value, False)[0] if address not in found]
    return found


def _mailboxes(value: bytes, quoting: bool) -> tuple[list[str], bool]:
    """The addresses, and whether quotes and parentheses pair up; if not `quoting`, these count as white space."""
    found: list[str] = []
    outside, angled = _Run(), _Run()
    inside, paired, at = False, True, 0
    while token := (_TOKEN if quoting and paired else _BARE).match(value, at):
        at, kind, text = token.end(), token.lastgroup, token[0]
        if text == b"(" and quoting:
            at, paired = _comment(value, at, paired)
        elif text == b'"':
            paired = False
        elif text in (b"<", b">"):
            inside = text == b"<"
            angled.add("x", b"")
        elif not inside and text in (b",", b";"):
            found += angled.addresses() or outside.addresses()
            outside, angled = _Run(), _Run()
        elif text == b":":
            (angled if inside else outside).clear()
        elif kind:
            (angled if inside else outside).add(_KINDS.get(text, kind), text)
    return found + (angled.addresses() or outside.addresses()), paired


def _comment(value: bytes, at: int, paired: bool) -> tuple[int, bool]:
    """Where the comment that was opened before `at` ends; where it is never closed, only its parenthesis is skipped."""
    depth = 1
    for mark in _PARENTHESES.finditer(value, at) if paired else ():
        depth += {b"(": 1, b")": -1}.get(mark[0], 0)
        if not depth:
            return mark.end(), True
    return at, False


class _Run:
    """Tokens of one mailbox: their kinds as a string to match against, and their octets."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.kinds, self.texts = list[str](), list[bytes]()

    def add(self, kind: str, text: bytes) -> None:
        self.kinds.append(kind)
        self.texts.append(_PAIR.sub(rb"\1", text[1:-1]) if kind == "q" else text)

    def addresses(self) -> list[str]:
        found = []
        for match in _ADDRESS.finditer("".join(self.kinds)):
            local, domain = (b"".join(self.texts[slice(*match.span(part))]) for part in ("local", "domain"))
            found += _written(decoded(local), decoded(domain))
        return found


def _written(local: str, domain: str) -> list[str]:
    """The address, and for a domain in another script also the address in the form the name system knows."""
    address = [f"{local}@{domain}"]
    if not domain.isascii() and len(domain) < 254:
        with contextlib.suppress(UnicodeError):
            address.append(f"{local}@{domain.encode('idna').decode()}")
    return address


_WORD: Final = re.compile(rb"=\?([!-)+->@-~]{1,60})(?:\*[!->@-~]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN: Final = re.compile(rb"(\?=)\s+(?==\?)")


def unworded(value: bytes) -> str:
    """Unstructured text with its encoded words decoded; words of one charset may share a character between them."""
    out, run, charset, at = list[str](), b"", "", 0
    value = _BETWEEN.sub(rb"\1", value)
    for word in _WORD.finditer(value):
        name = word[1].decode("ascii")
        if word.start() > at or name.lower() != charset.lower():
            out += [decoded(run, charset), decoded(value[at : word.start()])]
            run, charset = b"", name
        run += _q(word[3]) if word[2] in b"qQ" else base64(word[3])
        at = word.end()
    return "".join([*out, decoded(run, charset), decoded(value[at:])]).strip()


def _q(text: bytes) -> bytes:
    return binascii.a2b_qp(text, header=True)


_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
NOT_BASE64: Final = bytes(set(range(256)) - set(_BASE64))


def base64(text: bytes) -> bytes:
    """Base64 decoded whatever stands between its letters; padding in the middle begins a new run."""
    runs = text.translate(None, NOT_BASE64).split(b"=")
    return b"".join(binascii.a2b_base64(_padded(run)) for run in runs if len(run) > 1)


def _padded(run: bytes) -> bytes:
    run = run[:-1] if len(run) % 4 == 1 else run
    return run + b"=" * (-len(run) % 4)


_PARAMETER: Final = re.compile(
    rb""";\s*([!-)+-:<>-~]+)(?:\*(\d{1,3}))?(\*)?\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)""", re.DOTALL
)


def parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """The first word of a structured field in lower case (`text/plain`), and its parameters, RFC 2231 included."""
    first = decoded(value.partition(b";")[0]).strip().lower()
    found: dict[str, list[tuple[int, bool, bytes]]] = {}
    for name, part, extended, text in _PARAMETER.findall(value):
        quoted = text.startswith(b'"') and len(text) > 1
        text = _PAIR.sub(rb"\1", text[1:-1]) if quoted else text.strip()
        found.setdefault(name.decode("ascii").lower(), []).append((int(part or 0), bool(extended), text))
    return first, {name: _joined(parts) for name, parts in found.items()}


def _joined(parts: list[tuple[int, bool, bytes]]) -> str:
    """A parameter put together again from its numbered sections (RFC 2231)."""
    parts = sorted(parts, key=lambda part: part[0])
    if not any(extended for _, extended, _ in parts):
        return unworded(b"".join(text for _, _, text in parts))
    charset, text = b"", parts[0][2]
    if text.count(b"'") >= 2:
        charset, _, text = text.split(b"'", 2)
    rest = [(parts[0][1], text), *((extended, text) for _, extended, text in parts[1:])]
    octets = b"".join(unquote_to_bytes(text) if extended else text for extended, text in rest)
    return decoded(octets, decoded(charset))


def ip_address(value: bytes) -> str | None:
    """The address of a machine as a field like X-Originating-IP gives it."""
    try:
        return str(ipaddress.ip_address(decoded(value).strip().strip("[]")))
    except ValueError:
        return None


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK: Final = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{1,2})(?:[:.](?P<second>\d{1,2}))?(?:[.,]\d+)?"
_ZONE: Final = r"(?P<zone>[+-]\d\d:?\d\d|[A-Za-z]{1,5})"
_DATES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<day>\d{{1,2}})[ -]+(?P<month>[A-Za-z]{{3}})[a-z]*[ -]+(?P<year>\d{{2,4}})[ ,]+{_CLOCK}\s*{_ZONE}?",
        r"(?P<month>[A-Za-z]{3})[a-z]* +(?P<day>\d{1,2}),? +"
        rf"{_CLOCK} +(?:{_ZONE} +)?(?P<year>\d{{4}})(?P<after> +[+-]\d{{4}})?",
        rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)[T ]+{_CLOCK}\s*{_ZONE}?",
    )
)
_AMERICA: Final = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_NAMED: Final = {"UT": 0, "UTC": 0, "GMT": 0, "Z": 0} | _AMERICA
_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)


def moment(text: str, local: ZoneInfo | None = None) -> Span | None:
    """When a date field says something happened, as a span of UTC; None if it says nothing that can be read.

    A date that names no zone, or one that means different things in different places, lies in `local` if that is
    stated, and otherwise anywhere on earth (UTC-12 to UTC+14).
    """
    text = text[:300].replace("\t", " ")
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            naive = _naive(parts)
            if naive is not None:
                return _placed(naive, (parts.get("zone") or parts.get("after") or "").strip(), local)
    return None


def _naive(parts: dict[str, str | None]) -> datetime | None:
    year, month, second = parts["year"] or "", (parts["month"] or "").lower(), int(parts["second"] or 0)
    number = int(year) + (0 if len(year) == 4 else 1900 if len(year) == 3 or int(year) >= 50 else 2000)
    try:
        ordinal = int(month) if month.isdigit() else _MONTHS.index(month) + 1
        hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
        at = datetime(number, ordinal, int(parts["day"] or 0), hour, minute, min(second, 59), tzinfo=UTC)
        return at + timedelta(seconds=second // 60) if second < 61 else None
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta | None:
    """How far a zone is ahead of UTC; None where that is not known, as for `IST`, `CET` or `+0099`."""
    if zone.upper() in _NAMED:
        return timedelta(hours=_NAMED[zone.upper()])
    if not zone.startswith(("+", "-")):
        return None
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
    return offset if minutes < 60 else None


def _placed(naive: datetime, zone: str, local: ZoneInfo | None) -> Span | None:
    """The span of UTC in which a clock somewhere showed `naive` (kept with a UTC mark, so that it cannot be lost)."""
    try:
        if (offset := _offset(zone)) is not None:
            return Span(naive - offset, naive - offset)
        if local is not None and not zone:
            folds = sorted(naive.replace(tzinfo=local, fold=fold).astimezone(UTC) for fold in (0, 1))
            return Span(folds[0], folds[1])
        return Span(naive - _EAST, naive + _WEST)
    except OverflowError:
        return None


def hops(found: list[Field]) -> Iterator[bytes]:
    """The date of each Received field, latest hop first."""
    return (value.rpartition(b";")[2] for name, value in found if name == "received")
