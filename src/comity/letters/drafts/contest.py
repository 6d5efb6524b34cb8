"""Objection and motion: the grounds that the packs name, before whom, until when; the prayer is counsel's.

Nothing is argued beyond the text of a rule. What is for the office alone (what a ground still hangs on, the time it
has, whether it suspends) is inside, and no part of the paper that is filed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from comity.kernel.reason import Reason
from comity.letters.drafts.model import (
    KINDS,
    Class,
    File,
    Letter,
    Paragraph,
    authority,
    blank,
    head,
    heading,
    law,
)
from comity.letters.drafts.words import (
    carrying,
    demanded,
    due_words,
    fact_words,
    listed,
    precedents,
    rests,
    unknowns,
    upper,
)

COURT: Final = re.compile(r"\b(court|judge|justice|tribunal)\b", re.IGNORECASE)
"""What makes a forum one that is moved; any other is written to."""


@dataclass(frozen=True)
class Ground:
    """One ground, with the classes of records for which it is given."""

    reason: Reason
    classes: tuple[Class, ...]


def moved(reason: Reason) -> bool:
    """Whether a ground goes before a court by motion; otherwise it is an objection to an authority."""
    return bool(COURT.search(reason.rule.forum.partition(";")[0]))


def grounds(file: File, kind: Literal["objection", "motion"]) -> tuple[Ground, ...]:
    """The grounds of one kind that hold or may hold, each once, those that hold first."""
    found: dict[str, list[tuple[Class, Reason]]] = {}
    for one in file.classes:
        for reason in one.decision.objections:
            if moved(reason) is (kind == "motion"):
                found.setdefault(reason.rule.id, []).append((one, reason))
    made = []
    for given in found.values():
        best = next((reason for _, reason in given if reason.truth), given[0][1])
        made.append(Ground(best, tuple(one for one, reason in given if reason.truth is best.truth)))
    return tuple(sorted(made, key=lambda ground: not ground.reason.truth))


def contest(file: File, kind: Literal["objection", "motion"]) -> Letter:
    """The draft of an objection to an authority, or of a motion to a court, on every ground of that kind."""
    chosen = grounds(file, kind)
    forums = "; ".join(dict.fromkeys(ground.reason.rule.forum for ground in chosen))
    every = tuple(file.rule(ground.reason.rule) for ground in chosen)
    to = file.recipient or (file.court if kind == "motion" and file.court else "") or authority(file)
    paragraphs = (
        law("forum", f"The forum is {forums}. Who is addressed is for counsel to settle.", every, True),
        heading("facts", "The facts"),
        Paragraph("demanded", demanded(file)),
        blank("facts-more", "further facts, with the papers that show them"),
        heading("grounds", "The grounds"),
        *(part for ground in chosen for part in _ground(file, ground)),
        *_forbidding(file, chosen),
        *_precedents(file, chosen),
        heading("argument", "Argument"),
        blank("argued", "the argument; nothing is argued here beyond the texts above"),
        heading("prayer", "What is asked for"),
        blank("prayed", "the prayer for relief"),
    )
    under = f"{file.served}, on {file.instrument}"
    return Letter(kind, f"{KINDS[kind]}", under, file.day, head(file, to), paragraphs, file.paper, file.served)


def _ground(file: File, ground: Ground) -> Iterator[Paragraph]:
    rule, reason = ground.reason.rule, ground.reason
    key, cites = f"ground:{rule.id}", (file.rule(rule),)
    yield heading(rule.id, upper(rule.name), 3)
    yield law(key, f"{rule.reads} It is brought before {rule.forum}.", cites)
    leaves = [leaf for part in reason.parts for leaf in carrying(part)] if reason.truth else []
    yield from rests(file, key, leaves, "This is so here.")
    due = file.due.get(rule.id)
    notes = [f"Its time: {due_words(due)}." if due else "The pack sets no time limit for it."]
    notes.append("It suspends the duty to produce." if rule.suspends else "It does not suspend the duty to produce.")
    notes.append(f"It is given for {', '.join(one.name for one in ground.classes)}.")
    if reason.truth is None:
        notes.append(f"Whether it holds is not known: {unknowns(file, reason.unknown)}")
    yield law(f"{key}:office", " ".join(notes), cites, True)


def _forbidding(file: File, chosen: tuple[Ground, ...]) -> Iterator[Paragraph]:
    """Where one law demands what another forbids: the law that forbids, as its pack reads it."""
    if not any(ground.reason.rule.precedents for ground in chosen):
        return
    seen: dict[str, Reason] = {}
    for one in (one for ground in chosen for one in ground.classes):
        for bar in one.decision.bars:
            if bar.truth is not False and bar.rule.place != file.demand.place:
                seen.setdefault(bar.rule.id, bar)
    if seen:
        yield heading("forbidding", "The foreign law")
    for bar in seen.values():
        key, cites = f"forbids:{bar.rule.id}", (file.rule(bar.rule),)
        yield law(key, bar.rule.reads, cites)
        leaves = [leaf for part in bar.parts if part.truth for leaf in carrying(part)]
        facts = [fact_words(file, leaf) for leaf in leaves if not leaf.term.startswith("question.")]
        if facts and bar.truth:
            yield Paragraph(f"{key}:facts", f"This is so here. {listed(facts)}")
        if bar.truth is None:
            says = f"Whether it stands here is not known: {unknowns(file, bar.unknown)}"
            yield law(f"{key}:perhaps", says, cites, True)


def _precedents(file: File, chosen: tuple[Ground, ...]) -> Iterator[Paragraph]:
    """What courts said to the questions beside these grounds, for whichever side it speaks."""
    asked = {id for ground in chosen for id in ground.reason.rule.precedents}
    given = [row for ground in chosen for one in ground.classes for row in one.precedents]
    found = [row for row in given if row[0].id in asked]
    if found:
        yield heading("precedents", "What courts have said")
        yield from precedents(file, "precedent", found)
