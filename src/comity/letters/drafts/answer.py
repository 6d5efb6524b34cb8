"""Answers to an authority: a refusal with the lawful channel, and a request for the facts that are missing.

They go to whoever made the demand, and so say nothing of whether an account exists, of where the office stands, or of
what may be objected. A class of records is spoken of by its category and the country where it would lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from comity.kernel.decision import OTHER, OpenPoint
from comity.kernel.reason import Reason
from comity.letters.drafts.model import (
    Cite,
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
from comity.letters.drafts.words import category, meaning, point_words, scope_words, upper, valued

REFUSED: Final = frozenset({"barred", "free"})
"""Verdicts on which the provider may refuse: no power reaches the records."""
OURS: Final = frozenset({"demand.binding_at_home", "demand.gag"})
"""What the demand's terms ask that is not for its authority to tell: our own counsel's answer, our own file."""
NEITHER: Final = "This letter does not say whether any account exists or any records are held."


def refusable(file: File) -> tuple[Class, ...]:
    """The classes of records that can be refused: no power reaches them."""
    return tuple(one for one in file.classes if one.decision.verdict in REFUSED)


def asked_of(one: Class, term: str) -> bool:
    """Whether an unknown is one that the authority can tell, and may be asked without telling it anything."""
    return term.startswith(("demand.", "subject.")) and term not in OURS


def missing(file: File) -> tuple[tuple[Class, OpenPoint], ...]:
    """The facts that are unknown, matter, and are the authority's to tell; each term once."""
    found: dict[str, tuple[Class, OpenPoint]] = {}
    for one in file.classes:
        for point in one.decision.open_points:
            if asked_of(one, point.term):
                found.setdefault(point.term, (one, point))
    return tuple(found[term] for term in sorted(found))


def _opening(file: File) -> Paragraph:
    demand = file.demand
    reference = f" ({demand.reference})" if demand.reference else ""
    says = f"On {demand.served:%Y-%m-%d} your demand{reference} reached us. It asks for {scope_words(demand.scope)}."
    return Paragraph("demanded", f"{says} {NEITHER}")


def spoken(file: File, one: Class) -> str:
    """A class of records as an authority is told of it."""
    kind = category(one.category).capitalize()
    return f"{kind}, as far as any lies in {file.place(one.place)}" if one.place else kind


def refusal(file: File) -> Letter:
    """The refusal of every class that no power reaches: why, and what the lawful way would be."""
    groups: dict[str, list[Class]] = {}
    for one in refusable(file):
        groups.setdefault(spoken(file, one), []).append(one)
    paragraphs = [_opening(file)]
    for title, classes in groups.items():
        paragraphs += _refused(file, title, classes)
    paragraphs += _channels(file, refusable(file))
    if len(refusable(file)) < len(file.classes):
        says = "This letter is about these records alone; it says nothing of any other part of the demand."
        paragraphs.append(Paragraph("others", says))
    for one in refusable(file):
        for given in one.ruled.counsel:
            says = f"{one.name} rests on {given.by}'s answer to {given.term}: {given.answer}."
            paragraphs.append(Paragraph(f"counsel:{one.name}:{given.term}", says, inside=True))
    to = authority(file)
    return Letter(
        "refusal",
        "Your demand is not answered with records",
        file.instrument,
        file.day,
        head(file, to),
        tuple(paragraphs),
    )


def _refused(file: File, title: str, classes: list[Class]) -> Iterator[Paragraph]:
    yield heading(f"refused:{title}", title)
    names = ", ".join(one.name for one in classes)
    yield Paragraph(f"classes:{title}", f"These are {names}: {classes[0].decision.verdict}.", inside=True)
    bars = {bar.rule.id: bar for one in classes for bar in one.decision.bars if bar.truth}
    yield Paragraph(
        f"no-power:{title}",
        "We do not hand these records over. We have found no power that your demand could rest on for them.",
    )
    tried = {power.rule.id: power for one in classes for power in one.decision.powers}
    for power in tried.values():
        says = f"{power.rule.reads} What this asks for is not met for these records."
        yield law(f"power:{title}:{power.rule.id}", says, (file.rule(power.rule),))
    for bar in bars.values():
        yield law(f"bar:{title}:{bar.rule.id}", f"The law forbids it. {bar.rule.reads}", (file.rule(bar.rule),))


def _channels(file: File, classes: tuple[Class, ...]) -> Iterator[Paragraph]:
    """The lawful way instead; one of which it is not known whether it is open is the office's to look into."""
    found: dict[str, Reason] = {}
    for channel in (channel for one in classes for channel in one.decision.channels):
        if channel.truth or channel.rule.id not in found:
            found[channel.rule.id] = channel
    if any(channel.truth for channel in found.values()):
        yield heading("channels", "The lawful way")
    for channel in sorted(found.values(), key=lambda one: not one.truth):
        rule = channel.rule
        says = f"{upper(rule.name)}. {rule.reads}" + (f" Before {rule.forum}." if rule.forum else "")
        if channel.truth is None:
            says = f"Perhaps open, which hangs on what is not known: {says}"
        yield law(f"channel:{rule.id}", says, (file.rule(rule),), channel.truth is None)


def clarification(file: File) -> Letter:
    """The request for exactly the facts that are unknown, matter, and are the authority's to tell."""
    asked = missing(file)
    paragraphs = [_opening(file)]
    paragraphs.append(
        Paragraph("ask", "Before we can go on we ask you to tell us the following, and to name the paper it stands on.")
    )
    for number, (one, point) in enumerate(asked, 1):
        paragraphs.append(heading(f"question:{point.term}", f"Question {number}"))
        paragraphs.append(Paragraph(f"ask:{point.term}", _question(file, point)))
        paragraphs.append(_decides(file, one, point))
    paragraphs.append(blank("until", "by when, and how, the answer should reach us", "whoever sends it"))
    rest = {p.term: p for one in file.classes for p in one.decision.open_points if not asked_of(one, p.term)}
    for _, point in asked:
        paragraphs.append(Paragraph(f"follows:{point.term}", f"What follows: {point_words(file, point)}", inside=True))
    for term in sorted(rest):
        says = f"Open besides, and not for the authority to tell: {rest[term].asks or meaning(file, term)}"
        cites = file.answered(question, ()) if (question := file.asked(term)) else ()
        kind = law(f"besides:{term}", says, cites, True) if cites else Paragraph(f"besides:{term}", says, inside=True)
        paragraphs.append(kind)
    to = authority(file)
    return Letter(
        "clarification",
        "Request for clarification",
        file.instrument,
        file.day,
        head(file, to),
        tuple(paragraphs),
        file.paper,
        file.served,
    )


def _question(file: File, point: OpenPoint) -> str:
    """The fact that is asked for, in the words in which it is declared."""
    asks = meaning(file, point.term)
    asks = f"{asks[:1].lower()}{asks[1:]}"
    declared = file.terms.get(point.term)
    if declared and declared.kind == "truth":
        return f"Is this so: {asks}?"
    codes = [valued(file, point.term, value) for value, _ in point.outcomes if value != OTHER]
    shown = f" ({', '.join(codes)}, or another)" if declared and declared.kind == "code" and codes else ""
    return f"Please tell us: {asks}{shown}."


def _decides(file: File, one: Class, point: OpenPoint) -> Paragraph:
    """What the answer decides, said so that it tells nothing but which of the authority's own powers it is about."""
    key = f"decides:{point.term}"
    own = (power.rule for power in one.decision.powers if point.term in power.unknown)
    cites: tuple[Cite, ...] = tuple(file.rule(rule) for rule in own)
    if cites:
        return law(key, "The answer decides whether the demand can rest on the text cited here.", cites)
    return Paragraph(key, "The answer decides which rules have to be kept when the demand is dealt with.")
