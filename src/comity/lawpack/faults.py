"""Every way a law pack can be wrong, by name: what it means and how a lawyer mends it."""

from __future__ import annotations

from typing import Final

from comity.kernel.law import DEAD, LIVE
from comity.kernel.words import Fault

NAMES: Final[dict[str, str]] = {
    "not-toml": "the file is not TOML; mend the line named",
    "unknown-table": "use only instrument, rule, question, answer, example and unmodelled",
    "table-order": "put the tables in this order: instrument, rule, question, answer, example, unmodelled",
    "missing-key": "add the key; see docs/formats/pack.md",
    "unknown-key": "mend the spelling or take the key out; see docs/formats/pack.md",
    "wrong-type": "write it as docs/formats/pack.md shows",
    "unknown-word": "declare the term in terms.toml, or mend the spelling",
    "unknown-code": "use one of the codes that terms.toml or docs/formats/pack.md allows",
    "unknown-group": "declare the group in places.toml, or mend the spelling",
    "not-a-condition": 'use only: word, word == "code", !=, in GROUP, not in GROUP, not, and, or',
    "unknown-effect": "use compels, bars, lifts, objects, obliges or routes",
    "dates-reversed": "a rule ends after it begins: mend since or until",
    "date-gap": "let each version of a rule begin on the day the one before ends",
    "date-overlap": "let each version of a rule end on the day the next begins",
    "bad-clock": 'write limit = "14 days" or "8 hours" and counts = "calendar", "frcp-6", "frcrp-45" or "eu-1182-71"',
    "dangling-lift": "name the id of a rule whose effect is bars",
    "without-authority": "a power is for its own place's demands and a lift for its own place's bar: mend `when`, "
    "`lifts` or the pack's place",
    "precedents-of-nothing": "name the id of a question",
    "answer-to-no-question": "name the id of a question, or add the question",
    "unknown-court": "declare the court in courts.toml, or mend the spelling",
    "court-cycle": "a court cannot stand above itself: mend one `above`",
    "binds-nobody": 'no court stands below this one: write binds = "parties"',
    "unknown-happening": "give each line a day and one of: " + ", ".join(sorted(LIVE | DEAD)),
    "history-unordered": "write the happenings in the order of their days",
    "duplicate-id": "give each rule, question, answer, term, group and court an id of its own",
    "rule-without-example": "add an [[example]] whose `cites` names the rule",
    "question-without-rule": "use question.<id> in a rule's condition, or take the question out",
    "example-fails": "mend the rule or the example: the two disagree",
    "example-before-law": "the example's day lies before every rule of the pack: mend `on`",
    "citation-missing": "give the citation of the text",
    "source-missing": "name at least one source with its url",
}


def fault(name: str, where: str, what: str) -> Fault:
    """A named fault of a pack; the name must be in the list."""
    return Fault(name, where, what, NAMES[name])
