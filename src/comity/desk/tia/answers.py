"""What the estate cannot say of a transfer, from a small file that people fill in: read with every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from comity.desk.tia.transfers import Transfer
from comity.errors import Faulty
from comity.kernel.words import Fault
from comity.lawpack.tables import Document, Row, Shape, read_document

TOOLS: Final = {
    "adequacy": "a decision of the Commission",
    "public-authorities": "an instrument between public authorities, Art. 46(2)(a)",
    "bcr": "binding corporate rules, Art. 46(2)(b)",
    "scc": "standard data protection clauses of the Commission, Art. 46(2)(c)",
    "scc-authority": "standard clauses of a supervisory authority, Art. 46(2)(d)",
    "code": "an approved code of conduct, Art. 46(2)(e)",
    "certification": "an approved certification, Art. 46(2)(f)",
    "ad-hoc": "clauses of its own, with the authority's authorisation, Art. 46(3)(a)",
    "derogation": "a derogation of Art. 49",
    "none": "none",
}
SAFEGUARDS: Final = frozenset(TOOLS) - {"adequacy", "derogation", "none"}
KINDS: Final = ("technical", "contractual", "organisational")
SHAPES: Final = {
    "document": Shape(
        {}, {"prepared_by": "text", "controller": "text", "officer": "text", "authority": "text", "review": "day"}
    ),
    "transfer": Shape(
        {"store": "text", "to": "text"},
        {
            "exporter": "text", "importer": "text", "purpose": "text", "roles": "text", "special": "text",
            "processors": "text", "onward": "text", "access": "flag", "pseudonymised": "text", "practice": "text",
            "remedies": "text", "tool": "text", "in_place": "flag", "covered": "flag", "signed": "day",
            "details": "text",
        },
    ),
    "power": Shape({"template": "text", "goes_beyond": "flag", "why": "text", "by": "text"}, {"on": "day"}),
    "measure": Shape({"kind": "text", "says": "text", "by": "text"}, {"on": "day"}),
}  # fmt: skip
PAGE: Final = "docs/formats/tia.md"


@dataclass(frozen=True)
class Answers:
    """What people said: of the document, of each transfer by its id, of each power by its template, and measures."""

    document: Row = field(default_factory=dict)
    transfers: Mapping[str, Row] = field(default_factory=dict)
    powers: Mapping[str, Row] = field(default_factory=dict)
    measures: tuple[Row, ...] = ()

    def of(self, transfer: Transfer) -> Row:
        """What was said of one transfer."""
        return self.transfers.get(transfer.id, {})

    def goes_beyond(self) -> Mapping[str, bool]:
        """Which powers a person holds to go beyond what is necessary and proportionate."""
        return {template: bool(row["goes_beyond"]) for template, row in self.powers.items()}


def read_answers(path: Path, transfers: tuple[Transfer, ...], templates: frozenset[str]) -> Answers:
    """Read the file, or raise `Faulty` with every fault, each with its line and remedy."""
    document = read_document(path)
    found = [*document.faults, *_shapes(document)]
    if not found:
        found += [*_transfers(document, transfers), *_powers(document, templates), *_codes(document)]
    if found:
        raise Faulty(tuple(found), path=str(path))
    return Answers(
        document.data.get("document", {}),
        {_id(row): row for _, row in document.rows("transfer")},
        {str(row["template"]): row for _, row in document.rows("power")},
        tuple(row for _, row in document.rows("measure")),
    )


def _id(row: Row) -> str:
    return f"{row['store']}-{row['to']}".lower()


def _shapes(document: Document) -> Iterator[Fault]:
    found: list[Fault] = list(document.stray(SHAPES, single=("document",)))
    head: Any = document.data.get("document", {})
    if isinstance(head, dict):
        found += SHAPES["document"].faults(document, "document", 0, head)
    for table in ("transfer", "power", "measure"):
        for index, row in document.rows(table):
            found += SHAPES[table].faults(document, table, index, row)
    yield from (replace(fault, remedy=_remedy(fault)) for fault in found)


def _remedy(fault: Fault) -> str:
    return (
        f"use {', '.join(SHAPES)}"
        if fault.name == "unknown-table"
        else fault.remedy.replace("docs/formats/pack.md", PAGE)
    )


def _transfers(document: Document, transfers: tuple[Transfer, ...]) -> Iterator[Fault]:
    known, seen = {transfer.id for transfer in transfers}, set[str]()
    for index, row in document.rows("transfer"):
        at, id = document.at("transfer", index, "store"), _id(row)
        if id not in known:
            there = ", ".join(f"{t.store.id} to {t.to}" for t in transfers) or "none"
            what = f"nothing of `{row['store']}` comes under `{row['to']}`"
            yield Fault("no-such-transfer", at, what, f"the cube has these: {there}")
        if id in seen:
            yield Fault("duplicate-id", at, f"a second [[transfer]] of `{row['store']}` to `{row['to']}`", "keep one")
        seen.add(id)


def _powers(document: Document, templates: frozenset[str]) -> Iterator[Fault]:
    seen = set[str]()
    for index, row in document.rows("power"):
        at, template = document.at("power", index, "template"), str(row["template"])
        if template not in templates:
            remedy = "the document's step 3 names them; so does `comity law book`"
            yield Fault("unknown-template", at, f"`{template}` is no template of the cube", remedy)
        if template in seen:
            yield Fault("said-twice", at, f"a second [[power]] `{template}`", "keep one")
        seen.add(template)


def _codes(document: Document) -> Iterator[Fault]:
    for table, key, words in (("transfer", "tool", tuple(TOOLS)), ("measure", "kind", KINDS)):
        for index, row in document.rows(table):
            if key in row and row[key] not in words:
                at = document.at(table, index, key)
                yield Fault("unknown-code", at, f"`{row[key]}` is none of the words for `{key}`", ", ".join(words))
