"""What-if in a sentence: `QUESTION=true by COURT on DATE`, or `ID repealed on DATE`, or `GROUP/PLACE left on DATE`."""

from __future__ import annotations

import re
from datetime import date

from comity.errors import ComityError
from comity.kernel.law import DEAD, LIVE, Assumption, Law

RULING = re.compile(r"^(?:question\.)?([\w-]+)\s*=\s*(true|false)\s+by\s+([\w-]+)\s+on\s+(\d{4}-\d{2}-\d{2})$")
HAPPENING = re.compile(r"^([\w./@-]+)\s+([a-z ]+?)\s+on\s+(\d{4}-\d{2}-\d{2})$")


class NotAnAssumption(ComityError):
    """`{text}` is not an assumption: {why}"""

    help = (
        "write `QUESTION=true by COURT on 2016-07-14`, `ID repealed on 2020-01-01` or `GROUP/PLACE left on "
        "2020-01-01`; `comity law show` lists questions, ids, courts and groups"
    )
    exit_code = 2


def read_assumption(text: str, law: Law) -> Assumption:
    """Read one what-if and see that everything it names exists."""
    if ruling := RULING.match(text.strip()):
        question, answer, court, day = ruling.groups()
        if question not in {q.id for q in law.questions}:
            raise NotAnAssumption(text=text, why=f"no question `{question}`")
        if court not in law.courts:
            raise NotAnAssumption(text=text, why=f"no court `{court}`")
        return Assumption(question, "decided", _day(text, day), answer == "true", court)
    if happening := HAPPENING.match(text.strip()):
        target, what, day = happening.groups()
        return _happening(text, target, what, law, _day(text, day))
    raise NotAnAssumption(text=text, why="it has neither shape")


def _happening(text: str, target: str, what: str, law: Law, day: date) -> Assumption:
    members = {f"{member.group}/{member.place}" for member in law.members}
    rules = {rule.id for rule in law.rules} | {rule.instrument for rule in law.rules}
    if target in {answer.id for answer in law.answers} and what in LIVE | DEAD:
        return Assumption(target, what, day)
    if (target in rules and what == "repealed") or (target in members and what == "left"):
        return Assumption(target, what, day)
    raise NotAnAssumption(text=text, why=f"`{target}` cannot be `{what}`")


def _day(text: str, day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise NotAnAssumption(text=text, why=f"`{day}` is not a day") from error
