"""From TOML files to the kernel's law: every fault of every file is gathered before anything is refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import comity_laws
from comity.kernel.clock import Clock
from comity.kernel.courts import Court
from comity.kernel.law import DEAD, LIVE, Answer, Happening, Law, Member, Question
from comity.kernel.matter import KINDS
from comity.kernel.reason import Shelf
from comity.kernel.rule import Rule
from comity.kernel.words import Condition, Fault, Term, Vocabulary, Word
from comity.lawpack.conditions import parse
from comity.lawpack.faults import fault
from comity.lawpack.tables import Document, Row, Shape, document_of, octets
from comity.memory import uncollected

Octets = tuple[tuple[Path, bytes], ...]
ORDER: Final = ("instrument", "rule", "question", "answer", "template", "example", "unmodelled")
EFFECTS: Final = ("compels", "bars", "lifts", "objects", "obliges", "routes")
DUTIES: Final = ("answer", "secrecy", "notice", "preservation", "notification", "window")
LIMIT: Final = re.compile(r"[1-9]\d{0,3} (hours?|days?)")
COUNTS: Final = frozenset({"calendar", "frcp-6", "frcrp-45", "eu-1182-71"})
_RULE_MAY = {
    "enacted": "day", "until": "day", "quote": "text", "reviewed": "text", "lifts": "text", "name": "text",
    "forum": "text", "clock": "table", "suspends": "flag", "governs": "text", "ended": "day",
    "precedents": "list of texts",
}  # fmt: skip
_ANSWER_KEYS = ("id", "question", "answer", "by", "cite", "reads", "history")
_ANSWER = dict.fromkeys(_ANSWER_KEYS, "text") | {"answer": "flag", "history": "list"}
_EXAMPLE_MAY = {
    "served_on": "day", "demand": "table", "served": "table", "record": "table", "subject": "table",
    "assume": "list of texts", "cites": "list of texts", "says": "text",
}  # fmt: skip
SUBJECTS: Final = ("demand", "served", "record", "subject")
"""What facts are about: the tables of an example or a template."""

PLACE: Final = Term("place", "place", "a country", "nobody knows which")
SHAPES: Final = {
    "instrument": Shape(
        {"id": "text", "title": "text", "cite": "text", "place": "text", "source": "list", "reviewed": "text"}
    ),
    "rule": Shape(
        {"id": "text", "effect": "text", "since": "day", "cite": "text", "reads": "text", "when": "text"}, _RULE_MAY
    ),
    "question": Shape({"id": "text", "asks": "text", "why": "text"}),
    "answer": Shape(_ANSWER, {"binds": "text", "reviewed": "text"}),
    "template": Shape(
        {"id": "text", "reads": "text", "demand": "table", "categories": "list of texts"},
        {"places": "list of texts", "court": "text", "served": "table", "record": "table", "subject": "table"},
    ),
    "example": Shape({"on": "day", "court": "text", "expect": "text"}, _EXAMPLE_MAY),
    "unmodelled": Shape({"what": "text", "why": "text"}),
    "term": Shape({"name": "text", "kind": "text", "meaning": "text", "unknown": "text"}, {"codes": "list of texts"}),
    "court": Shape(
        {"id": "text", "name": "text", "place": "text"},
        {"above": "text", "legislature": "flag", "apex": "flag", "cite": "text", "reviewed": "text"},
    ),
    "place": Shape({"id": "text", "name": "text"}),
    "group": Shape({"id": "text", "meaning": "text", "cite": "text"}, {"reviewed": "text"}),
    "member": Shape(
        {"group": "text", "places": "list of texts", "since": "day"},
        {"until": "day", "cite": "text", "reviewed": "text"},
    ),
}
NEEDED: Final = {"lifts": ("lifts",), "objects": ("name", "forum"), "obliges": ("name",), "routes": ("name",)}
"""The keys that a rule must have besides, by its effect."""

CHOICES: Final = {
    ("rule", "effect"): EFFECTS,
    ("rule", "governs"): ("decided", "served"),
    ("answer", "binds"): ("below", "parties"),
    ("example", "expect"): ("compelled", "conflict", "barred", "free", "open"),
    ("term", "kind"): ("truth", "code", "place", "court"),
}
"""The words that some keys must have."""


@dataclass(frozen=True)
class Example:
    """One posed case: the day, the court, the facts, and what the packs must say of it."""

    on: date
    court: str
    facts: Mapping[str, Any]
    expect: str
    cites: tuple[str, ...]
    says: str
    where: str
    served_on: date | None = None
    assume: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """An ordinary demand at its strongest lawful: who could ask for what, before anybody has asked.

    `facts` say the instrument, the issuer and the showing; `places` the states, or groups of states, that make it.
    """

    id: str
    reads: str
    facts: Mapping[str, Any]
    categories: tuple[str, ...]
    places: tuple[str, ...]
    court: str
    where: str


@dataclass(frozen=True)
class Pack:
    """One file of law: an instrument or a case, with its rules, questions, answers, examples and blind spots."""

    document: Document
    instrument: Row
    rules: tuple[Rule, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: tuple[Answer, ...] = ()
    templates: tuple[Template, ...] = ()
    examples: tuple[Example, ...] = ()
    unmodelled: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Packs:
    """What was loaded: the law, its words, its files, every fault found; `shelf` keeps rules someone made ready."""

    law: Law
    words: Vocabulary
    packs: tuple[Pack, ...]
    groups: tuple[Row, ...]
    digest: str
    faults: tuple[Fault, ...] = field(default=())
    places: Mapping[str, str] = field(default_factory=dict)
    shelf: Shelf = field(init=False, compare=False, repr=False, default_factory=dict)


def read_folder(root: Path, extra: tuple[Path, ...] = ()) -> Packs:
    """Load every pack below `root` (terms, places and courts first), and `extra` files beside them.

    Every file is read every time. Where all have the octets that they had before, the law made of them stands.
    """
    heads = tuple(root / f"{name}.toml" for name in ("terms", "places", "courts"))
    files = (*heads, *sorted(path for path in root.rglob("*.toml") if path not in heads))
    return _made(root, tuple((path, octets(path)) for path in files), tuple((path, octets(path)) for path in extra))


@lru_cache(maxsize=4)
@uncollected()
def _made(root: Path, files: Octets, extra: Octets) -> Packs:
    terms, places, courts, *documents = (document_of(path, raw, root) for path, raw in files)
    documents += [document_of(path, raw) for path, raw in extra]
    heads = {terms.path: ("term",), places.path: ("place", "group", "member"), courts.path: ("court",)}
    found = [f for document in (terms, places, courts, *documents) for f in document.faults]
    found += [f for document in (terms, places, courts) for f in document.stray(heads[document.path])]
    if any(document.faults for document in (terms, places, courts)):  # nothing can be said of packs without their words
        empty = Law((), (), (), {})
        return Packs(empty, Vocabulary({}, frozenset()), (), (), "", tuple(found))
    members, groups = _members(places, found)
    words = _vocabulary(terms, frozenset(str(g.get("id")) for g in groups), documents, found)
    packs = tuple(_pack(document, words, found) for document in documents if not document.faults)
    law = Law(
        tuple(rule for pack in packs for rule in pack.rules),
        tuple(question for pack in packs for question in pack.questions),
        tuple(answer for pack in packs for answer in pack.answers),
        _courts(courts, found),
        members,
    )
    raw = b"".join(document.sha256 for document in (terms, places, courts, *documents))
    named = {str(row["id"]): str(row["name"]) for _, row in _rows(places, "place", found, "id")}
    return Packs(law, words, packs, groups, "sha256:" + hashlib.sha256(raw).hexdigest(), tuple(found), named)


READABLE: Final = frozenset({"unknown-key", "unknown-code", "unknown-effect"})
"""Faults of a row that do not keep the rest of it from being read."""


def _rows(document: Document, table: str, found: list[Fault], name: str = "") -> Iterator[tuple[int, Row]]:
    """The rows of a table that can be read; the others leave only their faults. `name` is the key that names a row."""
    seen: set[str] = set()
    for index, row in document.rows(table):
        wrong = [*SHAPES[table].faults(document, table, index, row), *_choices(document, table, index, row)]
        if not wrong and row.get(name) in seen:
            wrong.append(fault("duplicate-id", document.at(table, index, name), f"a second [[{table}]] `{row[name]}`"))
        found += wrong
        if all(f.name in READABLE for f in wrong):
            seen.add(str(row.get(name)))
            yield index, row


def _choices(document: Document, table: str, index: int, row: Row) -> Iterator[Fault]:
    for (of, key), words in CHOICES.items():
        if of == table and isinstance(row.get(key), str) and row[key] not in words:
            name = "unknown-effect" if key == "effect" else "unknown-code"
            yield fault(name, document.at(table, index, key), f"`{row[key]}` is none of {', '.join(words)}")


def _vocabulary(terms: Document, groups: frozenset[str], documents: list[Document], found: list[Fault]) -> Vocabulary:
    declared = {
        row["name"]: Term(row["name"], row["kind"], row["meaning"], row["unknown"], tuple(row.get("codes", ())))
        for _, row in _rows(terms, "term", found, "name")
    }
    for document in documents:
        for _, row in document.rows("question"):
            name = f"question.{row.get('id')}"
            declared[name] = Term(name, "truth", str(row.get("asks")), str(row.get("why")))
    return Vocabulary(declared, groups)


def _members(places: Document, found: list[Fault]) -> tuple[tuple[Member, ...], tuple[Row, ...]]:
    groups = tuple(row for _, row in _rows(places, "group", found, "id"))
    members = []
    for index, row in _rows(places, "member", found):
        if row["group"] not in {group["id"] for group in groups}:
            found.append(
                fault("unknown-group", places.at("member", index, "group"), f"`{row['group']}` is not declared")
            )
        if (until := row.get("until")) is not None and until <= row["since"]:
            where = places.at("member", index, "until")
            found.append(fault("dates-reversed", where, f"from {row['since']} until {until}"))
        for place in row["places"]:
            if not PLACE.admits(place):
                where = places.at("member", index, "places")
                found.append(fault("unknown-code", where, f"`{place}` is not an ISO 3166 country code"))
        members += [Member(row["group"], p, row["since"], row.get("until"), row.get("cite", "")) for p in row["places"]]
    return tuple(members), groups


def _courts(document: Document, found: list[Fault]) -> dict[str, Court]:
    rows = list(_rows(document, "court", found, "id"))
    courts = {
        r["id"]: Court(
            r["id"], r["name"], r["place"], r.get("above"), r.get("legislature", False), r.get("apex", False)
        )
        for _, r in rows
    }
    for index, row in rows:
        above = row.get("above")
        if above is not None and above not in courts:
            found.append(fault("unknown-court", document.at("court", index, "above"), f"`{above}` is not declared"))
            courts[row["id"]] = Court(row["id"], row["name"], row["place"], None)
    for index, row in rows:
        seen: list[str] = [row["id"]]
        at = courts[row["id"]].above
        while at is not None and at not in seen:
            seen.append(at)
            at = courts[at].above
        if at == row["id"]:
            found.append(fault("court-cycle", document.at("court", index), " → ".join([*seen, row["id"]])))
    return courts


def _pack(document: Document, words: Vocabulary, found: list[Fault]) -> Pack:
    found += [*document.stray(ORDER, single=ORDER[:1]), *_order(document)]
    head = document.data.get("instrument")
    instrument: Row = head if isinstance(head, dict) else {}
    if head is not None or any(document.data.get(table) for table in ("rule", "question", "answer")):
        found += SHAPES["instrument"].faults(document, "instrument", 0, instrument)
        found += _sources(document, instrument)
    here = _Here(document, str(instrument.get("id", "")), str(instrument.get("place", "")), instrument, words, found)
    return Pack(
        document,
        instrument,
        tuple(here.rule(i, row) for i, row in _rows(document, "rule", found)),
        tuple(
            Question(r["id"], r["asks"], r["why"], here.place, here.id) for _, r in _rows(document, "question", found)
        ),
        tuple(here.answer(i, row) for i, row in _rows(document, "answer", found)),
        tuple(here.template(i, row) for i, row in _rows(document, "template", found, "id")),
        tuple(here.example(i, row) for i, row in _rows(document, "example", found)),
        tuple(row for _, row in _rows(document, "unmodelled", found)),
    )


def _order(document: Document) -> Iterator[Fault]:
    """The first table that stands behind one it should stand before."""
    headers = [(table, index) for table, index, key in document.lines if not key and table in ORDER]
    for (early, _), (late, index) in pairwise(headers):
        if ORDER.index(late) < ORDER.index(early):
            yield fault("table-order", document.at(late, index), f"[{late}] stands behind [{early}]")
            return


def _sources(document: Document, instrument: Row) -> Iterator[Fault]:
    for source in instrument["source"] if isinstance(instrument.get("source"), list) else ():
        if not (isinstance(source, dict) and isinstance(source.get("url"), str)):
            yield fault("source-missing", document.at("instrument", 0, "source"), f"`{source}` has no url")


@dataclass(frozen=True)
class _Here:
    """The file being read: what its rows inherit, and where its faults go."""

    document: Document
    id: str
    place: str
    instrument: Row
    words: Vocabulary
    found: list[Fault]

    def wrong(self, name: str, table: str, index: int, key: str, what: str) -> None:
        self.found.append(fault(name, self.document.at(table, index, key), what))

    def reviewed(self, row: Row) -> str:
        return str(row.get("reviewed") or self.instrument.get("reviewed") or "unverified")

    def rule(self, index: int, row: Row) -> Rule:
        for key in NEEDED.get(row["effect"], ()):
            if not row.get(key):
                self.wrong("missing-key", "rule", index, "effect", f"what {row['effect']} needs a `{key}`")
        if row["effect"] != "lifts" and "lifts" in row:
            self.wrong("unknown-key", "rule", index, "lifts", f"what {row['effect']} lifts nothing")
        if row["effect"] == "obliges" and row.get("name", DUTIES[0]) not in DUTIES:
            self.wrong("unknown-code", "rule", index, "name", f"`{row['name']}` is none of {', '.join(DUTIES)}")
        if (until := row.get("until")) is not None and until <= row["since"]:
            self.wrong("dates-reversed", "rule", index, "until", f"from {row['since']} until {until}")
        return Rule(
            row["id"], row["effect"], self.place, row["since"], until, row["cite"], row["reads"],
            self.condition(index, row["when"]), row.get("enacted"), row.get("quote", ""), self.reviewed(row), self.id,
            row.get("lifts", ""), row.get("name", ""), row.get("forum", ""), self.clock(index, row.get("clock")),
            row.get("suspends", False), row.get("governs", "decided"), row.get("ended"),
            tuple(row.get("precedents", ())),
        )  # fmt: skip

    def condition(self, index: int, text: str) -> Condition:
        condition, wrong = parse(text, self.words, self.document.at("rule", index, "when"))
        self.found.extend(wrong)
        return condition or Word("")

    def clock(self, index: int, row: Row | None) -> Clock | None:
        if row is None:
            return None
        texts = {key: value for key, value in row.items() if isinstance(value, str)}
        if (
            set(texts) != {"limit", "starts", "counts"}
            or len(texts) != len(row)
            or not LIMIT.fullmatch(texts["limit"])
            or texts["counts"] not in COUNTS
            or texts["starts"] not in KINDS
        ):
            self.wrong("bad-clock", "rule", index, "clock", f"`{dict(row)}` cannot be counted")
            return None
        return Clock(**texts)

    def answer(self, index: int, row: Row) -> Answer:
        history = []
        for line in row["history"]:
            if isinstance(line, dict) and type(line.get("day")) is date and str(line.get("what")) in LIVE | DEAD:
                history.append(Happening(line["day"], line["what"], str(line.get("by", "")), str(line.get("cite", ""))))
            else:
                self.wrong("unknown-happening", "answer", index, "history", f"`{line}` is not a dated happening")
        if [line.day for line in history] != sorted(line.day for line in history):
            self.wrong("history-unordered", "answer", index, "history", f"the history of `{row['id']}` is not in order")
        return Answer(
            row["id"], row["question"], row["answer"], row["by"], row["cite"], row["reads"], tuple(history),
            row.get("binds", "below"), self.reviewed(row),
        )  # fmt: skip

    def facts(self, table: str, index: int, row: Row) -> tuple[Mapping[str, Any], str]:
        facts = {f"{t}.{key}": v for t in SUBJECTS for key, v in row.get(t, {}).items()}
        where = self.document.at(table, index)
        self.found.extend(self.words.faults(facts, where))
        return facts, where

    def template(self, index: int, row: Row) -> Template:
        facts, where = self.facts("template", index, row)
        if "demand.instrument" not in facts:
            self.wrong("missing-key", "template", index, "demand", f"`{row['id']}` names no `instrument`")
        category = self.words.terms.get("record.category")
        for code in row["categories"]:
            if category and not category.admits(code):
                self.wrong("unknown-code", "template", index, "categories", f"`{code}` is no class of records")
        places = tuple(row.get("places", (self.place,)))
        for place in places:
            if not (PLACE.admits(place) or place in self.words.groups):
                self.wrong("unknown-group", "template", index, "places", f"`{place}` is no country and no group")
        return Template(row["id"], row["reads"], facts, tuple(row["categories"]), places, row.get("court", ""), where)

    def example(self, index: int, row: Row) -> Example:
        facts, where = self.facts("example", index, row)
        return Example(
            row["on"], row["court"], facts, row["expect"], tuple(row.get("cites", ())), row.get("says", ""), where,
            row.get("served_on"), tuple(row.get("assume", ())),
        )  # fmt: skip


def default_folder() -> Path:
    """Where the packs lie that ship with comity."""
    return Path(comity_laws.__file__).parent
