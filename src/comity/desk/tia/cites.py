"""What a transfer assessment may cite: the packs by their ids, and beside them Chapter V and the Board's texts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import tomli

from comity.kernel.law import Answer, Question
from comity.kernel.rule import Rule
from comity.lawpack import Packs
from comity.lawpack.show import span, unread
from comity.letters.tia import Cite, Said

ESTATE: Final = Cite("estate", "estate", "the estate")
ACCOUNTS: Final = Cite("cube", "classes", "the accounts, as the cube has them")
FILE: Final = Cite("file", "file", "the file of answers")
RULE: Final = Cite("document", "rule", "the rule of this document")
GROUP: Final = "GDPR"
"""The group of states where the Regulation is law; outside it lies every third country."""


@cache
def beside() -> Mapping[str, Any]:
    """The file of sources that lies beside this module."""
    found: Mapping[str, Any] = tomli.loads((files("comity.desk.tia") / "sources.toml").read_text("utf-8"))
    return found


@cache
def _iso() -> Mapping[str, str]:
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {code: name for code, name, *_ in lines}


class Library:
    """The packs and the sources, ready to be cited."""

    def __init__(self, packs: Packs, cube: str = "") -> None:
        self.packs = packs
        self.rules: Mapping[str, Rule] = {rule.id: rule for rule in packs.law.rules}
        self.questions: Mapping[str, Question] = {asked.term: asked for asked in packs.law.questions}
        self.answers: Mapping[str, Answer] = {answer.id: answer for answer in packs.law.answers}
        self.groups = {str(row["id"]): row for row in packs.groups}
        self.sources = {str(row["id"]): row for row in beside()["source"]}
        self.cube = Cite("cube", cube, "the cube")

    def country(self, code: str) -> str:
        """A country's name, as the packs call it or else as ISO does."""
        return self.packs.places.get(code) or _iso().get(code, code)

    def source(self, id: str) -> Cite:
        """One of the texts beside the packs."""
        row = self.sources[id]
        return Cite("source", id, str(row["cite"]), unread(str(row["reviewed"])))

    def sentences(self, under: str) -> tuple[Said, ...]:
        """What every document says under a heading."""
        own = {"cube": self.cube, "rule": RULE}
        return tuple(
            Said(row["says"], tuple(own.get(id) or self.source(id) for id in row["cites"]))
            for row in beside()["sentence"]
            if row["under"] == under
        )

    def rule(self, id: str) -> Cite:
        """A rule: its id, its text, the days it is in force."""
        rule = self.rules[id]
        return Cite("rule", id, f"{id}: {rule.cite}, {span(rule.since, rule.until)}", unread(rule.reviewed))

    def question(self, term: str) -> Cite:
        """A question that the text leaves open, by its pack."""
        asked = self.questions[term]
        return Cite("question", asked.id, f"the packs, question {asked.id}")

    def term(self, term: str) -> Cite:
        """What an open point asks for: a question, or a fact that the packs declare."""
        return self.question(term) if term in self.questions else Cite("term", term, f"the packs, {term}")

    def answer(self, answer: Answer) -> Cite:
        """What a court or a legislature said to a question, or is assumed to have said."""
        if answer.id not in self.answers:
            return Cite("assumed", answer.id, answer.reads)
        return Cite("answer", answer.id, answer.cite, unread(answer.reviewed))

    def decisions(self, question: str) -> list[Answer]:
        """Everything that was ever said to a question, by its first day."""
        own = [answer for answer in self.packs.law.answers if answer.question == question]
        return sorted(own, key=lambda answer: (answer.history[0].day, answer.id))

    def group(self) -> Cite:
        """Where the Regulation is law."""
        row = self.groups[GROUP]
        return Cite("group", GROUP, str(row["cite"]), unread(str(row.get("reviewed", "unverified"))))

    def asks(self, term: str) -> str:
        """What an open point asks."""
        if term in self.questions:
            return self.questions[term].asks
        known = self.packs.words.terms.get(term)
        return known.meaning if known else term

    def adequate(self, place: str) -> tuple[bool, str]:
        """Whether the Commission's page named a state, and for whom."""
        for row in beside()["adequate"]:
            if place in row["places"]:
                return True, str(row.get("scopes", {}).get(place, ""))
        return False, ""
