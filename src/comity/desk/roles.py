"""Who may do what: the roles of an office, and for each act of the desk the roles that it takes.

The table is the only one. Command line, pages and programs ask it through `Office.may`; the documentation and the page
of the office's people print it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from comity.kernel.matter import ENDING, SHUTTING

ROLES: Final = {
    "intake": "takes demands in, confirms what was read, records what happened, tells users",
    "reviewer": "reads hits, or clears them by a named rule",
    "counsel": "answers open points of law, decides to refuse; may approve",
    "approver": "approves a release: two different people must, and neither may have collected for that matter",
    "collector": "collects what answers a demand, and sends a production that was released",
    "auditor": "reads everything and changes nothing",
    "administrator": "changes settings, people and the directory of agencies; decides nothing in a matter",
}
"""What each role is for."""
RENAMED: Final = {
    "clerk": "this role is `intake` now, and `collector` collects and produces: write intake, or both",
}
"""Roles of earlier offices, and what to write instead."""
WATCHERS: Final = ("auditor", "administrator", "counsel")
"""The roles that see alarms."""
DECIDING: Final = ("reviewer", "counsel", "approver")
AT_WORK: Final = ("intake", "reviewer", "counsel", "approver", "collector")
ACTS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "receive": ("take a demand in and confirm what it asks", ("intake",)),
    "event": ("record what happened to an order, or a finding on it", ("intake", "counsel")),
    "shut": ("record what suspends or ends an order or holds a production back", AT_WORK),
    "decline": ("record that the provider refuses, or takes that back", ("counsel",)),
    "answer": ("answer an open point of law", ("counsel",)),
    "collect": ("collect what answers a demand", ("collector",)),
    "review": ("say that every hit was read, or clear them by a named rule", ("reviewer",)),
    "withhold": ("let go or withhold a hit that may be privileged", ("counsel",)),
    "approve": ("approve a release", ("approver", "counsel")),
    "withdraw": ("take one's own approval back", ("approver", "counsel")),
    "produce": ("let a production leave", ("collector",)),
    "notify": ("tell a user", ("intake", "counsel")),
    "letter": ("make, change and finish a letter", ("intake", "counsel")),
    "contest": ("finish an objection or a motion", ("counsel",)),
    "directory": ("keep the directory of agencies", ("administrator", "counsel")),
    "admit": ("admit people to the portal, and write to them", ("intake", "counsel", "approver", "administrator")),
    "settle": ("settle an alarm that is about somebody else", ("administrator", "counsel")),
    "strike": ("strike the passkeys of somebody who lost them", ("administrator",)),
    "look": ("say that a task was looked at", AT_WORK),
    "sweep": ("have the exposure of all accounts worked out", (*AT_WORK, "administrator")),
    "erase": ("erase what an entry of the ledger says", ("counsel",)),
}
"""Each act of the desk: what it is, and the roles that may do it."""
DECLINING: Final = frozenset({"declined", "declined-withdrawn"})


ONLY_READS: Final = "is auditor, who reads everything and changes nothing"


def act_of(kind: str) -> str:
    """The act that entering an event of a kind is: what shuts may be told by anybody who works on matters."""
    if kind == "counsel":
        return "answer"
    if kind in DECLINING:
        return "decline"
    return "shut" if kind in SHUTTING | ENDING else "event"


def why_not(held: frozenset[str], act: str) -> str:
    """Why somebody with these roles may not do an act; empty if they may."""
    says, needed = ACTS[act]
    if held & set(needed):
        return ""
    if "auditor" in held:
        return ONLY_READS
    return f"may not {says}: that is for {' or '.join(needed)}"


def clashes(held: frozenset[str]) -> Iterator[str]:
    """What makes roles unfit to be one person's."""
    if "auditor" in held and len(held) > 1:
        yield "an auditor has no other role: who changes something does not audit it"
    if "administrator" in held and held & set(DECIDING):
        yield f"an administrator decides nothing, and so is none of {', '.join(DECIDING)}"
