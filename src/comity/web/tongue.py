"""The reader's language: which one it is, and how sentences, moments and numbers are worded in it.

A page is in the language that its reader chose (a cookie), else in the first that their browser asks for and the desk
speaks, else in English. English stands in the templates and the code; every other language is one catalogue of the
folder `catalogues`, and whatever is missing there stays English. What the desk, the kernel and the packs word
themselves is put into the reader's language at the edge, here: by the sentence it was made from (`Said`), or by finding
again which sentence of the catalogue it is. What people typed and what the law says are nobody's to translate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup

from comity.errors import ComityError
from comity.letters.drawing import PLAIN, Wording
from comity.web.sentences import FIELD, OPEN, WHOSE, lead, template_of

ENGLISH: Final = "en"
CATALOGUES: Final = Path(__file__).parent / "catalogues"
COOKIE: Final = "comity-language"
ROOMS: Final = {"kernel/estate.py": "estate"}
KEPT: Final = 4096
"""Sentences of one language that are kept once they were found."""
STANDS: Final = re.compile(r"(live|suspended|dead): |open on |due since |(compelled|conflict|barred|free|open)$")
"""How a standing or a verdict begins within another sentence; anything else there was typed by somebody."""
ISO: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?")


class Said(str):
    """A sentence that remembers what it was made from, so that it can be said again in another language."""

    template: str
    fields: Mapping[str, object]

    def __new__(cls, template: str, /, **fields: object) -> Said:
        made = super().__new__(cls, template.format_map(fields))
        made.template, made.fields = template, fields
        return made

    @classmethod
    def of(cls, error: ComityError) -> tuple[Said, Said]:
        """What an error says, and what it says to do."""
        return cls(template_of(type(error)), **error.fields), cls(error.help, **error.fields)


class Tongue:
    """One language."""

    def __init__(self, code: str, words: NullTranslations, own: Mapping[str, str]) -> None:
        """`words` is its catalogue; `own` are its sentences with fields, each with the room that words it."""
        self.code, self.words = code, words
        self._own = own
        self._found = lru_cache(KEPT)(self._find)

    @cached_property
    def locale(self) -> Any:
        """How this language writes dates and numbers."""
        from babel import Locale  # a language's data is large, and English needs none of it

        return Locale.parse(self.code, sep="-")

    def spoken(self, text: Any, context: str = "") -> Any:
        """A word or a sentence of the desk in this language; what the catalogue does not know stays as it is.

        `context` tells words apart that are one in English: a person's role `counsel`, an event's kind `counsel`.
        """
        if self.code == ENGLISH or not isinstance(text, str) or not text:
            return text
        if isinstance(text, Said):
            return self._filled(text.template, text.fields)
        found = self._found(str(text), context)
        return text if found is None else found

    def _find(self, text: str, context: str) -> str | None:
        said = self.words.pgettext(context, text) if context else text
        said = self.words.gettext(text) if said == text else said
        if said != text:
            return said
        if context and "; " in text:
            return self._pieced(text, context)
        for longest, room, shape, template in self._patterns:
            if longest in text and room in ("", context) and (found := shape.fullmatch(text)):
                return self._filled(template, found.groupdict())
        return self._pieced(text, context)

    def _pieced(self, text: str, context: str) -> str | None:
        """A sentence after a name (`content: no order has been made yet`), or several joined by semicolons."""
        name, colon, rest = text.partition(": ")
        if colon and " " not in name:
            head, said = self.words.pgettext("of", name), self._found(rest, "") if STANDS.match(rest) else None
            return f"{head}: {said or rest}" if head != name or said else None
        parts = [self._found(part, context) for part in text.split("; ")] if "; " in text else []
        known = [part for part in parts if part is not None]
        return "; ".join(known) if parts and known == parts else None

    @cached_property
    def _patterns(self) -> list[tuple[str, str, re.Pattern[str], str]]:
        """Every sentence with fields, those with the most words of their own first.

        What the estate says of companies is only looked for where it is the estate that speaks: its sentences are so
        plain that a law's might be taken for one.
        """
        shaped = [(room, *lead(text), text) for text, room in self._own.items()]
        ready = sorted((one for one in shaped if one[1] >= 3), key=lambda one: -one[1])
        return [(max(FIELD.split(text)[0::2], key=len), room, shape, text) for room, _, shape, text in ready]

    def _filled(self, template: str, fields: Mapping[str, object]) -> str:
        """A sentence in this language, its moments as this language writes them, its words where they are ours."""
        if not template:
            return template
        return self.words.gettext(template).format_map({key: self._field(key, one) for key, one in fields.items()})

    def _field(self, key: str, found: object) -> object:
        if isinstance(found, datetime | date):
            return self.moment(found) if isinstance(found, datetime) else self.dated(found)
        if not isinstance(found, str):
            return self.number(found) if type(found) is int else found
        plain = key.rstrip("0123456789_")
        if plain == "says" and STANDS.match(found):
            return self.spoken(found)
        if plain in OPEN:
            return self.spoken(found, OPEN[plain])
        if plain in WHOSE:
            return self.words.gettext(" or ").join(self.spoken(one, "role") for one in found.split(" or "))
        return ISO.sub(self._again, found) if ISO.fullmatch(found) else found

    def _again(self, found: re.Match[str]) -> str:
        at = datetime.fromisoformat(found[0])
        return self.dated(at) if len(found[0]) == 10 else self.moment(at if at.tzinfo else at.replace(tzinfo=UTC))

    def dated(self, day: date) -> str:
        """A day: as ISO 8601 has it in English, elsewhere as the language does."""
        if self.code == ENGLISH:
            return f"{day:%Y-%m-%d}"
        from babel.dates import format_skeleton

        return str(format_skeleton("yMMdd", datetime(day.year, day.month, day.day, tzinfo=UTC), locale=self.locale))

    def moment(self, moment: datetime) -> str:
        """A moment in UTC."""
        at = moment.astimezone(UTC)
        if self.code == ENGLISH:
            return f"{at:%Y-%m-%d %H:%M} UTC"
        from babel.dates import format_skeleton

        return f"{self.dated(at)}, {format_skeleton('Hm', at, tzinfo=UTC, locale=self.locale)} UTC"

    def wording(self) -> Wording:
        """What a drawing says besides the words that it is given."""
        if self.code == ENGLISH:
            return PLAIN
        months = self.locale.months["format"]["abbreviated"]
        names, own = tuple(str(months[number]) for number in range(1, 13)), self.words.gettext
        return Wording(names, own(PLAIN.whole), own(PLAIN.stretch), own(PLAIN.day), own(PLAIN.both), self.dated)

    def number(self, number: object) -> str:
        """A number with its thousands apart."""
        if self.code == ENGLISH:
            return f"{number:,}"
        from babel.numbers import format_decimal

        return str(format_decimal(number, locale=self.locale))  # type: ignore[arg-type]

    def share(self, part: Fraction | float) -> str:
        """A part of a hundred."""
        plain = f"{float(part):g}"
        return f"{plain if self.code == ENGLISH else self.number(float(plain))} %"

    def many(self, number: int, thing: str, more: str = "") -> str:
        """`1 item`, `2 items`, `3 entries`."""
        one, several = f"%(number)s {thing}", f"%(number)s {more or f'{thing}s'}"
        return self.words.ngettext(one, several, number) % {"number": self.number(number)}

    def limit(self, text: str) -> str:
        """A time limit: `14 days`, `8 hours`."""
        number, unit = text.split()
        return self.many(int(number), unit.removesuffix("s"))

    def left(self, due: datetime, at: datetime) -> str:
        """How long it is until something is due, or since it was: hours while they count, then days."""
        span, gettext, ngettext = abs(due - at), self.words.gettext, self.words.ngettext
        if span < timedelta(hours=48):
            minutes = int(span.total_seconds()) // 60
            fields: dict[str, object] = {"hours": minutes // 60, "minutes": f"{minutes % 60:02}"}
            if due > at:
                return gettext("in %(hours)s h %(minutes)s min") % fields
            return gettext("%(hours)s h %(minutes)s min ago") % fields
        days, fields = span.days, {"days": self.number(span.days)}
        if due > at:
            return ngettext("in %(days)s day", "in %(days)s days", days) % fields
        return ngettext("%(days)s day ago", "%(days)s days ago", days) % fields

    def when(self, moment: datetime) -> Markup:
        """A moment as a person and a program read it."""
        at = moment.astimezone(UTC)
        return Markup('<time datetime="{}">{}</time>').format(f"{at:%Y-%m-%dT%H:%MZ}", self.moment(at))

    def day(self, moment: datetime | date) -> Markup:
        """A day as a person and a program read it."""
        return Markup('<time datetime="{}">{}</time>').format(f"{moment:%Y-%m-%d}", self.dated(moment))

    def value(self, found: object) -> str:
        """A fact's value as a person says it."""
        plain = {"true": "yes", "false": "no", "none": "unknown"}.get(str(found).lower(), str(found))
        return self.fact(plain)

    def fact(self, found: str) -> str:
        """A fact's value as a proof writes it: a truth in words, a code as it is."""
        return self.words.pgettext("value", found)

    def clock(self, name: str) -> Markup:
        """What a clock runs for: a duty or a span in our words, a ground or a channel in the pack's."""
        said = self.spoken(name, "clock")
        return Markup('<span lang="en">{}</span>').format(name) if said == name else Markup("{}").format(said)

    def both(self, names: tuple[str, ...]) -> str:
        """`one and another`."""
        return self.words.gettext(" and ").join(names)


@cache
def languages() -> dict[str, str]:
    """Every language that the desk speaks, by its code, with its own name for itself."""
    others = sorted(path.parent.name for path in CATALOGUES.glob("*/comity.po"))
    if not others:
        return {ENGLISH: "English"}
    from babel import Locale

    return {ENGLISH: "English"} | {code: str(Locale.parse(code, sep="-").get_display_name(code)) for code in others}


@cache
def tongue(code: str) -> Tongue:
    """A language that the desk speaks, its catalogue read."""
    if code == ENGLISH:
        return Tongue(ENGLISH, NullTranslations(), {})
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (CATALOGUES / code / "comity.po").open("rb") as file:
        catalogue = read_po(file, code.replace("-", "_"))
    packed = BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    plain = (one for one in catalogue if isinstance(one.id, str) and isinstance(one.string, str) and one.string)
    shaped = (one for one in plain if FIELD.search(str(one.id)) and not one.context)
    own = {str(one.id): ROOMS.get(",".join(path for path, _ in one.locations), "") for one in shaped}
    return Tongue(code, GNUTranslations(packed), own)


def preferred(cookie: str, accepted: str) -> str:
    """The language of a page: the one chosen before, else the one that the browser likes best of those spoken here."""
    chosen = re.search(rf"(?:^|;\s*){COOKIE}=([A-Za-z-]+)", cookie)
    if chosen and chosen[1] in languages():
        return chosen[1]
    ranked = []
    for place, part in enumerate(accepted.split(",")):
        code, _, rest = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest)
        likes = 1.0 if not rest else float(weight[1]) if weight else 0.0
        spoken = next((one for one in (code, code.split("-")[0]) if one.lower() in languages()), "")
        ranked += [(-likes, place, spoken.lower())] if spoken and likes else []
    return min(ranked)[2] if ranked else ENGLISH


_reader: ContextVar[tuple[str, str]] = ContextVar("reader", default=(ENGLISH, ""))


@contextmanager
def reading(code: str, address: str = "") -> Iterator[None]:
    """While this lasts, pages are in this language; `address` is where the page can be asked for again, if it can."""
    token = _reader.set((code, address))
    try:
        yield
    finally:
        _reader.reset(token)


def current() -> Tongue:
    """The language of whoever is being answered."""
    return tongue(_reader.get()[0])


def others() -> list[tuple[str, str, str]]:
    """Every language with the link that chooses it and leads back to this page; none where no page can be led to."""
    address = _reader.get()[1]
    if not address or len(languages()) < 2:
        return []
    return [(code, name, f"/language/{code}?back={quote(address, safe='')}") for code, name in languages().items()]


def ours(address: str) -> bool:
    """Whether an address leads to a page of this desk and nowhere else."""
    plain = address.isascii() and address.isprintable() and "\\" not in address
    return plain and address.startswith("/") and not address.startswith("//")
