"""The keys of a written demand: one table that the reader, the writer, the JSON Schema and the documentation share."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from comity.kernel.demand import CATEGORIES

CHANNELS: Final = ("email", "fax", "hand", "phone", "portal", "post", "registry")
"""How a demand can reach the provider."""

ID: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
DIGEST: Final = r"sha256:[0-9a-f]{64}"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?")


class Unfit(Exception):
    """One value cannot stand for its key; the two arguments are the fault's name and what is wrong."""


def text(raw: object) -> str:
    """One line of text; control characters could forge a line of a log or a terminal."""
    if not isinstance(raw, str):
        raise Unfit("wrong-type", "must be a text in quotes")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in raw):
        raise Unfit("not-plain-text", f"{raw!r} holds control characters")
    return raw


def ident(raw: object) -> str:
    """A name that can stand in a file name, an address and a log."""
    if not re.fullmatch(ID, text(raw)):
        raise Unfit("not-an-id", f"`{raw}` cannot be an id")
    return str(raw)


def sha256(raw: object) -> str:
    """The digest of a paper, as the registry names it."""
    if not re.fullmatch(DIGEST, text(raw)):
        raise Unfit("not-a-digest", f"`{raw}` is no digest")
    return str(raw)


def texts(raw: object) -> tuple[str, ...]:
    """A list of texts, none of them empty."""
    if not isinstance(raw, list | tuple):
        raise Unfit("wrong-type", "must be a list of texts")
    if "" in raw:
        raise Unfit("wrong-type", "holds an empty text")
    return tuple(text(part) for part in raw)


def flag(raw: object) -> bool:
    """Yes or no."""
    if not isinstance(raw, bool):
        raise Unfit("wrong-type", "must be true or false")
    return raw


def day(raw: object) -> date:
    """A day of the calendar, from TOML or as a text."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        raise Unfit("wrong-type", "must be a day such as 2013-12-04")
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise Unfit("impossible-date", f"`{raw}` is no day of the calendar") from None


def moment(raw: object) -> datetime:
    """An instant in UTC, from TOML or as a text with its zone; a bare day has no zone and is refused."""
    try:
        found = _instant(raw)
        if found is None:
            raise Unfit("moment-without-zone", f"`{raw}` does not say in which zone")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit("impossible-date", f"`{raw}` is no instant of the calendar") from None


def _instant(raw: object) -> datetime | None:
    if isinstance(raw, str):
        if not _MOMENT.fullmatch(raw) and not _DAY.fullmatch(raw):
            raise Unfit("wrong-type", "must be an instant such as 2013-12-04T17:10:00Z")
        raw = datetime.fromisoformat(raw.upper())
    if not isinstance(raw, date):
        raise Unfit("wrong-type", "must be an instant such as 2013-12-04T17:10:00Z")
    return raw if isinstance(raw, datetime) and raw.tzinfo is not None else None


@dataclass(frozen=True, slots=True)
class Key:
    """One key: how it is read, what it means, whether a demand is incomplete without it, and its JSON Schema."""

    name: str
    reads: Callable[[object], object]
    meaning: str
    needed: bool = False
    codes: tuple[str, ...] = ()

    def schema(self) -> dict[str, object]:
        """The key in JSON Schema; what depends on the estate and the law is checked by the reader alone."""
        said = dict(_SCHEMAS[self.reads])
        if self.codes and "items" in said:
            said["items"] = {"enum": list(self.codes)}
        elif self.codes:
            said["enum"] = list(self.codes)
        return said | {"description": self.meaning}


_TEXT: Final[dict[str, object]] = {"type": "string"}
_SCHEMAS: Final[Mapping[Callable[[object], object], dict[str, object]]] = {
    text: _TEXT,
    ident: {"type": "string", "pattern": f"^{ID}$"},
    sha256: {"type": "string", "pattern": f"^{DIGEST}$"},
    texts: {"type": "array", "items": {"type": "string", "minLength": 1}},
    flag: {"type": "boolean"},
    day: {"type": "string", "format": "date"},
    moment: {"type": "string", "format": "date-time"},
}

DEMAND: Final = (
    Key("id", ident, "the demand's own name in the office", needed=True),
    Key("place", text, "the country whose authority demands, ISO 3166 alpha-2", needed=True),
    Key("instrument", text, "the kind of demand, a code of the term demand.instrument", needed=True),
    Key("issuer", text, "what kind of authority issued it, a code of the term demand.issuer; left out when unknown"),
    Key("court", text, "the id of the court that issued it, or before which it would be enforced", needed=True),
    Key("served_entity", text, "the id of the entity of the estate it was served on", needed=True),
    Key("served", moment, "when it was served", needed=True),
    Key("channel", text, "how it arrived", needed=True, codes=CHANNELS),
    Key("issued", day, "the day it was issued, where it was issued"),
    Key("return_by", moment, "when it must be answered, as the demand says"),
    Key("emergency", flag, "whether it claims an emergency; false when left out"),
    Key("reference", text, "the authority's own number"),
)
SCOPE: Final = (
    Key("accounts", texts, "the addresses asked for, in lower case", needed=True),
    Key("categories", texts, "the categories of records asked for", needed=True, codes=tuple(sorted(CATEGORIES))),
    Key("since", moment, "the first instant asked for; no limit when left out"),
    Key("until", moment, "the first instant no longer asked for; no limit when left out"),
    Key("folders", texts, "only these folders; all when left out"),
    Key("terms", texts, "only items in whose decoded text any of these occurs; all when left out"),
    Key("stores", texts, "only these stores of the estate; all when left out"),
)
PAPER: Final = (
    Key("name", text, "the paper's name", needed=True),
    Key("digest", sha256, "the SHA-256 of its octets", needed=True),
)


def schema() -> dict[str, object]:
    """The JSON Schema of a demand written as JSON."""

    def table(keys: tuple[Key, ...], meaning: str) -> dict[str, object]:
        needed = [key.name for key in keys if key.needed]
        properties: dict[str, object] = {key.name: key.schema() for key in keys}
        return _object(properties, needed) | {"description": meaning}

    facts = {"type": ["string", "boolean", "null"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A demand for an account's records, as comity takes it in",
        **_object(
            {
                "demand": table(DEMAND, "who asks, by what instrument, and whom"),
                "scope": table(SCOPE, "exactly which records"),
                "facts": {
                    "type": "object",
                    "additionalProperties": facts,
                    "description": "further declared terms and their values; null is unknown",
                },
                "paper": {"type": "array", "items": table(PAPER, "a paper behind the demand")},
            },
            ["demand", "scope"],
        ),
    }


def _object(properties: Mapping[str, object], required: list[str]) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def schema_text() -> str:
    """The published file, `src/comity/intake/demand.schema.json`, octet for octet."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
