"""The report on fidelity in sentences, and as a page in Markdown.

The same cases and packs give the same octets: nothing of the clock, the machine or the folder goes into the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from comity.lawpack.fidelity import ASSUMED, MARKS, OPEN, SHARPER, WRONG, Day, Report, Tried, country

HEADS = {
    WRONG: "Where the packs are wrong",
    OPEN: "Open where the law was settled",
    SHARPER: "Sharper than the law was",
    ASSUMED: "Rulings that no pack carries",
}
WHAT = {
    WRONG: "The packs decide against what was expected: a fault of a pack, of the case file, or of the translation.",
    OPEN: "The packs leave open what the court had before it as settled, or settled.",
    SHARPER: "The packs decide what was contested; the court did not say otherwise.",
    ASSUMED: "The packs turn on a question, and the court's answer to it, supposed, gives what the court held.",
}
HOW = (
    "Each case is put to the packs in the court that decided it, on the day before its ruling and on the day itself. "
    "What is compared is whether a power compels: a court that compels over a foreign bar gives *conflict* here. Where "
    "several classes of records were demanded the heaviest decides. What an order that a court issued or upheld "
    "carries on its face is taken as given: who issued it, that the showing was made, and that the served company was "
    "before the court where nobody disputed that. A party's contention counts as unknown."
)


def explain(one: Tried) -> str:
    """Why a case does not simply agree, in a sentence; nothing where it does."""
    told = [_told(day) for day in (one.before, one.after) if day.mark == one.mark]
    return " ".join(dict.fromkeys(text for text in told if text))


def _told(day: Day) -> str:
    if day.mark == WRONG:
        return f"{_on(day)} {expected(day)} was expected, but the packs say {day.verdict}: {_ground(day)}."
    if day.mark == OPEN:
        return f"{_on(day)} {expected(day)} was expected, but the packs leave it open: {lacks(day)}."
    if day.mark == SHARPER:
        return f"{_on(day)} it was contested; the packs say {day.verdict}: {_ground(day)}."
    if day.mark == ASSUMED:
        answers = " and ".join(f"`{one.target}` with {'yes' if one.answer else 'no'}" for one in day.assumed)
        return f"{_on(day)} the ruling answers {answers}; so read, the packs say {day.verdict}."
    return ""


def _on(day: Day) -> str:
    return f"On {day.day}"


def expected(day: Day) -> str:
    """What was expected, as people say it."""
    return {"compelled-in-part": "compelled in part", "matter": "the matter's"}.get(day.expected, day.expected)


def _ground(day: Day) -> str:
    """On which rules the verdict stands."""
    said = day.said
    if said is None:
        return "nothing is known of what was demanded"
    power = f"{_names(said.powers)} {'compel' if len(said.powers) > 1 else 'compels'}" if said.powers else ""
    none = (
        "none of the powers carried compels" if said.decision.powers else "no pack carries a power for it on that day"
    )
    stand = f"{_names(said.bars)} {'bar' if len(said.bars) > 1 else 'bars'}" if said.bars else ""
    rests = ", ".join(f"`{question}` was answered in {cite}" for question, cite in said.rests)
    return " and ".join(part for part in (power or none, stand) if part) + (f" ({rests})" if rests else "")


def lacks(day: Day) -> str:
    """What is missing for a verdict: a question nobody answered, a fact the file does not give, a word."""
    parts = []
    if day.said is None:
        return "the file's words for what was demanded mean no class of records"
    if day.said.instrument is None:
        parts.append("the packs have no word for this kind of demand")
    if "demand.binding_at_home" in day.missing:
        parts.append("no pack carries a power that the demand names, and nobody has asked counsel there")
    facts = tuple(term for term in day.missing if term not in ("demand.instrument", "demand.binding_at_home"))
    if facts:
        parts.append(f"the file does not give {_names(facts)}")
    if day.questions:
        parts.append(f"no answer binds the court on {_names(day.questions)}")
    return "; ".join(parts)


def _names(ids: Iterable[str]) -> str:
    every = [f"`{id}`" for id in ids]
    return f"{', '.join(every[:-1])} and {every[-1]}" if len(every) > 1 else "".join(every)


# The page


def page(report: Report) -> str:
    """The whole report as Markdown."""
    return "\n\n".join(part for part in _parts(report) if part) + "\n"


def _parts(report: Report) -> Iterator[str]:
    yield "# Fidelity: the packs beside decided cases"
    yield "Made by `comity law fidelity` from a file of decided cases and the law packs; not legal advice."
    yield HOW
    number = len(report.tried)
    yield f"{number} case{'s' * (number != 1)}: {told(report)}."
    for name, rows in report.tables().items():
        yield f"## By {name}"
        yield _table((name, *MARKS, "all"), (_counts(key, marks) for key, marks in rows.items()))
    for mark in (WRONG, OPEN, SHARPER, ASSUMED):
        yield from _section(mark, [one for one in report.counted if one.mark == mark])
    yield from _rest(report)


def told(report: Report) -> str:
    """How many have which mark, in words."""
    marks = Counter(one.mark for one in report.counted)
    parts = [f"{marks[mark]} {mark}" for mark in MARKS]
    parts += [f"{len(report.matters)} the matter's, not the law's"] if report.matters else []
    parts += [f"{len(report.loosely)} that fit only loosely"] if report.loosely else []
    return ", ".join(parts)


def _section(mark: str, found: list[Tried]) -> Iterator[str]:
    yield f"## {HEADS[mark]}"
    yield WHAT[mark] if found else "None."
    yield "\n".join(f"* **{_safe(one.case.name or one.case.id)}** (`{one.case.id}`). {_full(one)}" for one in found)


def _full(one: Tried) -> str:
    held = f" *Held: {_safe(one.case.holding)}*" if one.case.holding else ""
    why = f" *Settled: {_safe(one.case.settled_why)}*" if one.before.mark == OPEN and one.case.settled_why else ""
    return f"{explain(one)}{held}{why}"


def _rest(report: Report) -> Iterator[str]:
    yield "## Every case that counts"
    yield "What was expected, and what the packs say, on the day before and on the day itself."
    yield _table(("case", "", "court", "day before", "the day itself", "mark"), (_row(one) for one in report.counted))
    if report.matters:
        yield "## The matter's, not the law's"
        yield "Stays, their end and what became of an order: events of a matter. The verdict is the law's on that day."
        yield _table(("case", "", "court", "day before", "the day itself"), (_row(one)[:-1] for one in report.matters))
    if report.loosely:
        yield "## What fits only loosely"
        yield "Other questions than whether a demand compels: no marks; read the holding."
        rows = ((f"`{o.case.id}`", o.case.kind, o.after.verdict, o.case.holding) for o in report.loosely)
        yield _table(("case", "kind", "the packs say", "held"), rows)
    unread = [one for one in report.tried if one.case.marks]
    if unread:
        yield "## What the case file itself has not verified"
        marks = ((f"`{o.case.id}`", "; ".join(f"{key}: {said}" for key, said in o.case.marks.items())) for o in unread)
        yield _table(("case", "marks"), marks)


def _row(one: Tried) -> tuple[str, ...]:
    days = (f"{expected(day)} / {day.verdict}" for day in (one.before, one.after))
    return (f"`{one.case.id}`", country(one), f"`{one.court}`", *days, one.mark)


def _counts(name: str, marks: Counter[str]) -> tuple[str, ...]:
    return (name, *(str(marks[mark] or "") for mark in MARKS), str(sum(marks.values())))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in (heads, *rows)]
    lines.insert(1, "|" + " --- |" * len(heads))
    return "\n".join(lines)


def _cell(text: str) -> str:
    return _safe(text).replace("|", "\\|").replace("\n", " ")


def _safe(text: str) -> str:
    """Words of a file, in which nothing is a tag."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
