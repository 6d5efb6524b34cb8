"""The decision memo: what is asked, what was decided of each class of records and why, what is open, what runs out.

It is the office's own paper, for counsel and for whoever asks later why it was done. It says no more than the proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from comity.kernel.decision import Verdict
from comity.kernel.reason import Reason
from comity.kernel.words import Proof, Value
from comity.letters.drafts.model import Class, File, Letter, Paragraph, head, heading, law
from comity.letters.drafts.words import (
    carrying,
    category,
    day,
    demanded,
    due_words,
    meaning,
    point_words,
    precedents,
    rests,
    told,
    unknowns,
    upper,
    valued,
)

LEADS: Final = {
    ("compels", True): "This power reaches the records.",
    ("compels", False): "This power does not reach them.",
    ("compels", None): "This power may reach them.",
    ("bars", True): "This forbids handing them over.",
    ("bars", False): "This would forbid it, but does not stand here.",
    ("bars", None): "This may forbid it.",
}
RESTS: Final = {True: "It rests on this.", False: "It fails on this.", None: "It depends on this."}


@cache
def meanings() -> Mapping[str, str]:
    """What each verdict means, as the page of a matter says it."""
    from comity.letters.page import MEANINGS  # its templates are not needed for what makes no letter

    return {word: says for lane, word, _, says in MEANINGS if lane == "law"}


def memo(file: File) -> Letter:
    """The memo of a matter as it is decided on the day of the reading."""
    paragraphs = (
        heading("asked", "What is asked"),
        *_asked(file),
        *(part for number, one in enumerate(file.classes) for part in _class(file, one, file.classes[:number])),
        *_clocks(file),
        *_assumed(file),
    )
    kinds = ", ".join(category(one) for one in sorted({one.category for one in file.classes}))
    title, under = f"Decision memo, matter {file.matter}", f"{file.instrument}: {kinds}"
    return Letter("memo", title, under, file.day, head(file, "the file"), paragraphs, file.paper)


def _asked(file: File) -> Iterator[Paragraph]:
    demand = file.demand
    yield Paragraph("demanded", demanded(file))
    if demand.return_by:
        yield Paragraph("return", f"The demand itself asks for an answer by {day(demand.return_by)}.")
    for name, says in file.standing:
        yield Paragraph(f"standing:{name}", f"The order, for {category(name)}, is {says}.")
    if file.secrecy:
        yield Paragraph("secrecy", f"Secrecy: {file.secrecy}.")


def _class(file: File, one: Class, before: tuple[Class, ...]) -> Iterator[Paragraph]:
    yield heading(f"class:{one.name}", one.name)
    decision = one.decision
    lies = f" They lie in {file.place(one.place)}." if one.place else ""
    word = decision.verdict
    says = f"{upper(meanings()[word])}."
    whose = f"{category(one.category).capitalize()} of {', '.join(one.accounts)}.{lies} {says}"
    yield Paragraph(f"{one.name}:verdict", whose, word=word)
    for given in one.ruled.counsel:
        answer = {"true": "yes", "false": "no"}.get(given.answer, given.answer)
        says = f"{given.by} answered this open point on {day(given.at)}: {answer}. {given.why}"
        asks = next((p.asks for p in one.ruled.decision.open_points if p.term == given.term and p.asks), "")
        says = f"{asks or meaning(file, given.term) + '.'} {says} Without that answer the verdict is open."
        yield told(file, f"{one.name}:counsel:{given.term}", says, given.term)
    same = next((other for other in before if other.decision.basis == decision.basis), None)
    if same:
        yield Paragraph(f"{one.name}:same", f"Verdict and reasons are those of {same.name}.")
        return
    yield from _once(_proof(file, one))
    yield from _points(file, one)
    yield from _grounds(file, one)
    yield from _turns(file, one)


def _once(paragraphs: Iterable[Paragraph]) -> Iterator[Paragraph]:
    """What was said of a question once is not said at length again."""
    seen: set[str] = set()
    for one in paragraphs:
        again = one.text in seen and "?" in one.text
        seen.add(one.text)
        asks, _, rest = one.text.partition("?")
        yield replace(one, text=f"As above: {asks}? {rest.split('.')[0].strip()}.") if again else one


def _proof(file: File, one: Class) -> Iterator[Paragraph]:
    yield heading(f"{one.name}:why", "Why", 3)
    if not one.decision.powers:
        yield Paragraph(f"{one.name}:no-power", "No power was found that this kind of demand could rest on.")
    if not one.decision.bars:
        yield Paragraph(f"{one.name}:no-bar", "No law was found that could forbid it.")
    for reason in (*one.decision.powers, *one.decision.bars):
        yield from _reason(file, one, reason)
    if one.estate:
        yield Paragraph(f"{one.name}:estate", f"The estate says: {'; '.join(one.estate)}.")


def _reason(file: File, one: Class, reason: Reason) -> Iterator[Paragraph]:
    rule, key = reason.rule, f"{one.name}:{reason.rule.id}"
    yield law(key, f"{LEADS[rule.effect, reason.truth]} {rule.reads}", (file.rule(rule),))
    own = [part for part in reason.parts if part.by != "lifts"]
    lifts = [part for part in reason.parts if part.by == "lifts"]
    lifted = rule.effect == "bars" and reason.truth is not True and any(part.truth is not False for part in lifts)
    for part in own:
        if not (lifted and part.truth is True):
            yield from rests(file, key, carrying(part), RESTS[part.truth])
    yield from _lifts(file, key, lifts)


def _lifts(file: File, key: str, lifts: list[Proof]) -> Iterator[Paragraph]:
    """What takes a bar away, or may; where nothing does, everything that was tried."""
    for part in lifts:
        if part.truth is not False:
            lead = "It is lifted." if part.truth else "It may be lifted."
            yield law(f"{key}:{part.term}", f"{lead} {part.says}", file.named(part.term))
            yield from rests(file, f"{key}:{part.term}", carrying(part), RESTS[part.truth])
    if lifts and all(part.truth is False for part in lifts):
        cites = tuple(cite for part in lifts for cite in file.named(part.term))
        yield law(f"{key}:not-lifted", "None of the texts that could lift it does so here.", cites)


def _points(file: File, one: Class) -> Iterator[Paragraph]:
    if one.decision.open_points:
        yield heading(f"{one.name}:open", "What is open, and what follows either way", 3)
    for point in one.decision.open_points:
        yield told(file, f"{one.name}:open:{point.term}", point_words(file, point), point.term)


def _grounds(file: File, one: Class) -> Iterator[Paragraph]:
    decision = one.decision
    for title, reasons in (
        ("What may be objected", decision.objections),
        ("What the provider must do", decision.duties),
        ("Lawful channels", decision.channels),
    ):
        if reasons:
            yield heading(f"{one.name}:{title}", title, 3)
        for reason in reasons:
            yield law(f"{one.name}:{reason.rule.id}", ground_words(file, reason), (file.rule(reason.rule),))
    if one.precedents:
        yield heading(f"{one.name}:precedents", "What courts said where one law demands what another forbids", 3)
        yield from precedents(file, f"{one.name}:precedent", one.precedents)


def ground_words(file: File, reason: Reason) -> str:
    """An objection, a duty or a channel: what it is, before whom, until when, and whether it suspends."""
    rule = reason.rule
    parts = [f"{'' if reason.truth else 'Perhaps. '}{upper(rule.name)}. {rule.reads}"]
    if rule.forum:
        parts.append(f"Before {rule.forum}.")
    if rule.id in file.due:
        parts.append(f"{upper(due_words(file.due[rule.id], rule.name))}.")
    if rule.suspends:
        parts.append("It suspends the duty to produce.")
    if reason.truth is None:
        parts.append(f"It is not known: {unknowns(file, reason.unknown)}")
    return " ".join(parts)


def _turns(file: File, one: Class) -> Iterator[Paragraph]:
    found: dict[tuple[str, Verdict], list[Value]] = {}
    for change, verdict in one.turns:
        for term, value in change:
            found.setdefault((term, verdict), []).append(value)
    if found:
        yield heading(f"{one.name}:turns", "What it turns on", 3)
    for (term, verdict), values in found.items():
        asks = file.asked(term)
        what = asks.asks if asks else f"{meaning(file, term)}."
        given = ", ".join(dict.fromkeys(valued(file, term, value) for value in values))
        yield told(file, f"{one.name}:turns:{term}:{verdict}", f"{what} If it is {given}: {verdict}.", term)


def _clocks(file: File) -> Iterator[Paragraph]:
    yield heading("clocks", "What runs out")
    if not file.clocks:
        yield Paragraph("no-clock", "No clock runs.")
    for clock in file.clocks:
        said = f"{clock.name}: {due_words(clock, clock.name)}"
        cites = file.named(clock.rule)
        key = f"clock:{clock.rule}:{clock.name}"
        yield law(key, f"{said}.", cites) if cites else Paragraph(key, f"{said}; {clock.cite}.")


def _assumed(file: File) -> Iterator[Paragraph]:
    yield heading("assumed", "What was taken as given")
    read = file.reading
    yield Paragraph(
        "reading", f"The law is that of {read.day}, as {file.bench} must read it; service was on {read.served}."
    )
    for term, value, by in file.stated:
        says = f"{meaning(file, term)}: {valued(file, term, value)}; {by}."
        yield Paragraph(f"stated:{term}", says)
    for number, supposed in enumerate(read.assumed):
        yield Paragraph(f"supposed:{number}", f"It is supposed that {supposed}.")
    yield Paragraph("unknown", "What nobody has established was left unknown; nothing was put in its place.")
    unread = {reason.rule.id: reason.rule for _, reason in file.reasons() if reason.truth is not False}
    cites = tuple(cite for cite in map(file.rule, unread.values()) if cite.unread)
    if cites:
        yield law("unread", "Nobody has read the text behind these citations for its pack.", cites)
