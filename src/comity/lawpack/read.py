"""From TOML files to the kernel's law: every fault of every file is gathered before anything is refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from comity.kernel.law import DEAD, LIVE, Answer, Clock, Court, Happening, Law, Member, Question, Rule
from comity.kernel.words import Condition, Fault, Term, Vocabulary, Word
from comity.lawpack.conditions import parse
from comity.lawpack.faults import fault
from comity.lawpack.tables import Document, Row, Shape, read_document

ORDER: Final = ("instrument", "rule", "question", "answer", "example", "unmodelled")
EFFECTS: Final = ("compels", "bars", "lifts", "objects", "obliges", "routes")
LIMIT: Final = re.compile(r"^\d{1,4} (hours?|days?)$")
COUNTS: Final = frozenset({"calendar", "frcp-6", "frcrp-45", "eu-1182-71"})
_RULE_MAY = {
    "enacted": "day", "until": "day", "quote": "text", "reviewed": "text", "lifts": "text", "name": "text",
    "forum": "text", "clock": "table", "suspends": "flag", "governs": "text",
}  # fmt: skip
_EXAMPLE_MAY = {
    "served_on": "day", "demand": "table", "served": "table", "record": "table", "subject": "table",
    "assume": "list", "cites": "list", "says": "text",
}  # fmt: skip
SHAPES: Final = {
    "instrument": Shape(
        {"id": "text", "title": "text", "cite": "text", "place": "text", "source": "list", "reviewed": "text"}
    ),
    "rule": Shape(
        {"id": "text", "effect": "text", "since": "day", "cite": "text", "reads": "text", "when": "text"}, _RULE_MAY
    ),
    "question": Shape({"id": "text", "asks": "text", "why": "text"}),
    "answer": Shape(
        {
            "id": "text",
            "question": "text",
            "answer": "flag",
            "by": "text",
            "cite": "text",
            "reads": "text",
            "history": "list",
        },
        {"binds": "text", "reviewed": "text"},
    ),
    "example": Shape({"on": "day", "court": "text", "expect": "text"}, _EXAMPLE_MAY),
    "unmodelled": Shape({"what": "text", "why": "text"}),
    "term": Shape({"name": "text", "kind": "text", "meaning": "text", "unknown": "text"}, {"codes": "list"}),
    "court": Shape(
        {"id": "text", "name": "text", "place": "text"},
        {"above": "text", "legislature": "flag", "cite": "text", "reviewed": "text"},
    ),
    "group": Shape({"id": "text", "meaning": "text", "cite": "text"}, {"reviewed": "text"}),
    "member": Shape(
        {"group": "text", "places": "list", "since": "day"}, {"until": "day", "cite": "text", "reviewed": "text"}
    ),
}


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
class Pack:
    """One file of law: an instrument or a case, with its rules, questions, answers, examples and blind spots."""

    document: Document
    instrument: Row
    rules: tuple[Rule, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: tuple[Answer, ...] = ()
    examples: tuple[Example, ...] = ()
    unmodelled: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Packs:
    """Everything that was loaded: the law, the words it may use, the files it came from, and every fault found."""

    law: Law
    words: Vocabulary
    packs: tuple[Pack, ...]
    groups: tuple[Row, ...]
    digest: str
    faults: tuple[Fault, ...] = field(default=())


def read_folder(root: Path, extra: tuple[Path, ...] = ()) -> Packs:
    """Load every pack below `root` (terms, places and courts first), and `extra` files beside them."""
    terms, places, courts = (read_document(root / f"{name}.toml", root) for name in ("terms", "places", "courts"))
    files = sorted(path for path in root.rglob("*.toml") if path.parent != root)
    documents = [read_document(path, root) for path in files] + [read_document(path) for path in extra]
    found = [f for document in (terms, places, courts, *documents) for f in document.faults]
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
    raw = b"".join(hashlib.sha256(doc.path.read_bytes()).digest() for doc in (terms, places, courts, *documents))
    return Packs(law, words, packs, groups, "sha256:" + hashlib.sha256(raw).hexdigest(), tuple(found))


def _rows(document: Document, table: str, found: list[Fault]) -> Iterator[tuple[int, Row]]:
    """The rows of a table that have the right shape; the others leave their faults."""
    for index, row in document.rows(table):
        wrong = list(SHAPES[table].faults(document, table, index, row))
        found += wrong
        if not any(f.name in ("missing-key", "wrong-type", "citation-missing", "source-missing") for f in wrong):
            yield index, row


def _vocabulary(terms: Document, groups: frozenset[str], documents: list[Document], found: list[Fault]) -> Vocabulary:
    declared = {
        row["name"]: Term(row["name"], row["kind"], row["meaning"], row["unknown"], tuple(row.get("codes", ())))
        for _, row in _rows(terms, "term", found)
    }
    for document in documents:
        for _, row in document.rows("question"):
            name = f"question.{row.get('id')}"
            declared[name] = Term(name, "truth", str(row.get("asks")), str(row.get("why")))
    return Vocabulary(declared, groups)


def _members(places: Document, found: list[Fault]) -> tuple[tuple[Member, ...], tuple[Row, ...]]:
    groups = tuple(row for _, row in _rows(places, "group", found))
    members = []
    for index, row in _rows(places, "member", found):
        if row["group"] not in {group["id"] for group in groups}:
            found.append(
                fault("unknown-group", places.at("member", index, "group"), f"`{row['group']}` is not declared")
            )
        members += [Member(row["group"], p, row["since"], row.get("until"), row.get("cite", "")) for p in row["places"]]
    return tuple(members), groups


def _courts(document: Document, found: list[Fault]) -> dict[str, Court]:
    rows = list(_rows(document, "court", found))
    courts = {
        r["id"]: Court(r["id"], r["name"], r["place"], r.get("above"), r.get("legislature", False)) for _, r in rows
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
    tables = list(document.data)
    for table in tables:
        if table not in ORDER:
            found.append(fault("unknown-table", document.at(table), f"[{table}] is not a table of a pack"))
    known = [ORDER.index(table) for table in tables if table in ORDER]
    if known != sorted(known):
        found.append(fault("table-order", document.at(tables[0]), f"the tables stand as {', '.join(tables)}"))
    head = document.data.get("instrument")
    instrument: Row = head if isinstance(head, dict) else {}
    if head is not None or document.data.get("rule"):
        found += SHAPES["instrument"].faults(document, "instrument", 0, instrument)
    here = _Here(document, str(instrument.get("id", "")), str(instrument.get("place", "")), instrument, words, found)
    return Pack(
        document,
        instrument,
        tuple(here.rule(i, row) for i, row in _rows(document, "rule", found)),
        tuple(
            Question(r["id"], r["asks"], r["why"], here.place, here.id) for _, r in _rows(document, "question", found)
        ),
        tuple(here.answer(i, row) for i, row in _rows(document, "answer", found)),
        tuple(here.example(i, row) for i, row in _rows(document, "example", found)),
        tuple(row for _, row in _rows(document, "unmodelled", found)),
    )


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
        if row["effect"] not in EFFECTS:
            self.wrong("unknown-effect", "rule", index, "effect", f"`{row['effect']}` is not an effect")
        if (until := row.get("until")) is not None and until <= row["since"]:
            self.wrong("dates-reversed", "rule", index, "until", f"from {row['since']} until {until}")
        return Rule(
            row["id"], row["effect"], self.place, row["since"], until, row["cite"], row["reads"],
            self.condition(index, row["when"]), row.get("enacted"), row.get("quote", ""), self.reviewed(row), self.id,
            row.get("lifts", ""), row.get("name", ""), row.get("forum", ""), self.clock(index, row.get("clock")),
            row.get("suspends", False), row.get("governs", "decided"),
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
            or not LIMIT.match(texts["limit"])
            or texts["counts"] not in COUNTS
        ):
            self.wrong("bad-clock", "rule", index, "clock", f"`{dict(row)}` cannot be counted")
            return None
        return Clock(**texts)

    def answer(self, index: int, row: Row) -> Answer:
        history = []
        for line in row["history"]:
            shaped = isinstance(line, dict) and isinstance(line.get("day"), date) and line.get("what") in LIVE | DEAD
            if shaped:
                history.append(Happening(line["day"], line["what"], line.get("by", ""), line.get("cite", "")))
            else:
                self.wrong("unknown-happening", "answer", index, "history", f"`{line}` is not a dated happening")
        if [line.day for line in history] != sorted(line.day for line in history):
            self.wrong("history-unordered", "answer", index, "history", f"the history of `{row['id']}` is not in order")
        return Answer(
            row["id"], row["question"], row["answer"], row["by"], row["cite"], row["reads"], tuple(history),
            row.get("binds", "below"), self.reviewed(row),
        )  # fmt: skip

    def example(self, index: int, row: Row) -> Example:
        facts = {
            f"{t}.{key}": v for t in ("demand", "served", "record", "subject") for key, v in row.get(t, {}).items()
        }
        where = self.document.at("example", index)
        self.found.extend(self.words.faults(facts, where))
        return Example(
            row["on"], row["court"], facts, row["expect"], tuple(row.get("cites", ())), row.get("says", ""), where,
            row.get("served_on"), tuple(row.get("assume", ())),
        )  # fmt: skip
