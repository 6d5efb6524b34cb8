"""What-if in a sentence: `QUESTION=true by COURT on DATE`, or `ID repealed on DATE`, or `GROUP/PLACE left on DATE`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches

from comity.errors import ComityError
from comity.kernel.law import DEAD, LIVE, Assumption, Law

RULING = re.compile(r"^(?:question\.)?([\w-]+)\s*=\s*(true|false)\s+by\s+([\w-]+)\s+on\s+(\d{4}-\d{2}-\d{2})$")
HAPPENING = re.compile(r"^([\w./@-]+)\s+([a-z ]+?)\s+on\s+(\d{4}-\d{2}-\d{2})$")

MOST = 5
"""How many ids an error names that may have been meant."""


class NotAnAssumption(ComityError):
    """`{text}` is not an assumption: {why}"""

    help = (
        "write `QUESTION=true by COURT on 2016-07-14`, `ID repealed on 2020-01-01` or `GROUP/PLACE left on "
        "2020-01-01`; `comity law show` lists instruments and groups, `comity law show INSTRUMENT` rules and questions"
    )
    exit_code = 2


def read_assumption(text: str, law: Law) -> Assumption:
    """Read one what-if and see that everything it names exists."""
    if ruling := RULING.match(text.strip()):
        question, answer, court, day = ruling.groups()
        questions = {q.id: q for q in law.questions}
        if question not in questions:
            raise NotAnAssumption(text=text, why=f"no question `{question}`{_near(question, questions)}")
        if court not in law.courts:
            own = [id for id, one in law.courts.items() if one.place == questions[question].place]
            own.sort(key=lambda id: (not law.courts[id].apex, law.courts[id].above is not None))
            raise NotAnAssumption(text=text, why=f"no court `{court}`{_near(court, law.courts, own)}")
        return Assumption(question, "decided", _day(text, day), answer == "true", court)
    if happening := HAPPENING.match(text.strip()):
        target, what, day = happening.groups()
        return _happening(text, target, what, law, _day(text, day))
    raise NotAnAssumption(text=text, why="it has neither shape")


def _near(id: str, there: Iterable[str], own: Sequence[str] = ()) -> str:
    """What may have been meant: ids that are written much like it, or else some that belong here."""
    found = get_close_matches(id, list(there), MOST, 0.7) or own[:MOST]
    return f"; there is {', '.join(f'`{one}`' for one in found)}" if found else ""


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
