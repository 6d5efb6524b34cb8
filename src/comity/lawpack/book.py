"""The law book: the packs as Markdown pages, one a place, with the text on the left and its reading on the right.

The same packs give the same octets: nothing of the clock, the machine or the folder they lie in goes into a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from comity.kernel.rule import Rule
from comity.lawpack.read import Packs, Template
from comity.lawpack.show import (
    Asked,
    Given,
    Sheet,
    effect,
    particulars,
    said,
    sheets,
    span,
    spelled,
    unread,
)

UNVERIFIED = "**unverified**"
HOW = (
    "On the left stands the text: where it is, its days, its decisive words. On the right how it is read: a power "
    "*compels*, a law *bars* unless a rule *lifts* the bar, a ground on which to *object*, a duty *obliges*, a channel "
    f"*routes*; then the condition, every line of which must hold. {UNVERIFIED} marks what nobody has read."
)


def book(packs: Packs, on: date | None = None) -> dict[str, str]:
    """The pages by file name: `index.md`, and `us.md` and the like for each place that has a pack."""
    every = sorted(sheets(packs, on), key=lambda sheet: (_place(sheet), sheet.pack.document.name))
    chapters = {place: list(of) for place, of in groupby(every, key=_place)}
    names = {place: packs.places.get(place, place) for place in chapters}
    pages = {f"{place.lower()}.md": _page(names[place], of, on) for place, of in chapters.items()}
    return {"index.md": _index(packs, chapters, on), **pages}


def _place(sheet: Sheet) -> str:
    return str(sheet.pack.instrument["place"])


def _page(name: str, of: list[Sheet], on: date | None) -> str:
    parts = (part for sheet in of for part in _sheet(sheet))
    return _joined([f"# The law book: {name}", f"{_as_of(on)} [All places](index.md).", *parts])


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _as_of(on: date | None) -> str:
    days = f"What is in force on {on}." if on else "Every version, with its days and the whole history of each answer."
    return f"{days} Made from the law packs by `comity law book`; not legal advice."


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [_row(cells) for cells in rows]
    return "\n".join([_row(heads), _row(("---",) * len(heads)), *lines]) if lines else ""


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _cell(*lines: str) -> str:
    return "<br>".join(line for line in lines if line)


def _reviewed(reviewed: str) -> str:
    rest = reviewed.removeprefix("unverified").lstrip(": ")
    return (f"{UNVERIFIED}: {rest}" if rest else UNVERIFIED) if unread(reviewed) else reviewed


def _sheet(sheet: Sheet) -> Iterator[str]:
    head = sheet.pack.instrument
    reviewed = str(head["reviewed"])
    yield f"## {head['title']}"
    yield f"{head['cite']}  \n`{head['id']}` in `{sheet.pack.document.name}`; {_reviewed(reviewed)}"
    if sheet.asleep:
        yield "None of its rules is in force on that day."
    yield _table(
        ("the text", "how it is read"), ((_text(r, reviewed), _reading(r, sheet.lifted_by(r))) for r in sheet.rules)
    )
    if sheet.questions:
        yield "### What the text leaves open"
        yield _table(("the question", "who answered it where"), ((_question(q), _answers(q)) for q in sheet.questions))
    if sheet.answers:
        yield "### Answers given here"
        yield _table(("the answer", "how it is read"), ((_answer(given), _said(given)) for given in sheet.answers))
    if sheet.pack.templates and not sheet.asleep:
        yield "### Ordinary demands, at their strongest"
        rows = ((f"`{t.id}`", _reads(t), ", ".join(t.categories), " ".join(t.places)) for t in sheet.pack.templates)
        yield _table(("template", "demand", "records", "made by"), rows)
    if sheet.examples:
        yield "### Examples"
        rows = ((f"{e.on}", f"`{e.court}`", e.expect, _shows(e.says, e.assume)) for e in sheet.examples)
        yield _table(("on", "court", "verdict", "shows"), rows)
    if sheet.unmodelled:
        yield "### Left out"
        yield "\n".join(f"* {row['what']}. *{row['why']}*" for row in sheet.unmodelled)
    yield "### Sources"
    yield "\n".join(f"* <{row['url']}>{_at(row)}" for row in head["source"])


def _reads(template: Template) -> str:
    facts = (f"`{term} = {value}`" for term, value in template.facts.items() if term != "demand.instrument")
    return _cell(f"{template.reads} (`{template.facts['demand.instrument']}`)", ", ".join(facts))


def _at(row: dict[str, object]) -> str:
    at = f": {row['at']}" if row.get("at") else ""
    return f"{at} (retrieved {row['retrieved']})" if row.get("retrieved") else at


def _shows(says: str, assume: tuple[str, ...]) -> str:
    return f"{says} (If {'; '.join(f'`{text}`' for text in assume)}.)" if assume else says


def _text(rule: Rule, inherited: str) -> str:
    enacted = f" (enacted {rule.enacted})" if rule.enacted and rule.enacted != rule.since else ""
    own = _reviewed(rule.reviewed) if rule.reviewed != inherited or unread(rule.reviewed) else ""
    quote = f"“{rule.quote}”" if rule.quote else ""
    return _cell(f"`{rule.id}`", rule.cite, f"{span(rule.since, rule.until)}{enacted}", quote, own)


def _reading(rule: Rule, lifted_by: tuple[str, ...]) -> str:
    when = (f"{'&emsp;' * depth}• {_code(text)}" for depth, text in spelled(rule.when))
    lifts = f"Lifted by {', '.join(f'`{id}`' for id in lifted_by)}." if lifted_by else ""
    return _cell(f"**{effect(rule)}**", rule.reads, particulars(rule), "if", *when, lifts)


def _code(text: str) -> str:
    return text if text in ("all of", "any of") else f"`{text}`"


def _question(asked: Asked) -> str:
    rules = f"Decides {', '.join(f'`{id}`' for id in asked.rules)}." if asked.rules else ""
    return _cell(f"`{asked.question.id}`", asked.question.asks, f"*{asked.question.why}*", rules)


def _answers(asked: Asked) -> str:
    return "<br>".join(_cell(_given(g), _life(g)) for g in asked.answers) or "**Open**: nobody has answered."


def _given(given: Given) -> str:
    answer = given.answer
    mark = f" {UNVERIFIED}" if unread(answer.reviewed) else ""
    return f"**{said(answer.answer)}**, `{answer.by}`, binds {answer.binds}: {given.state}{mark}"


def _life(given: Given) -> str:
    lines = given.answer.history
    return _cell(*(f"• {line.day} {line.what}{f' by `{line.by}`' if line.by else ''}: {line.cite}" for line in lines))


def _answer(given: Given) -> str:
    answer = given.answer
    return _cell(f"`{answer.id}` to `{answer.question}`", answer.cite)


def _said(given: Given) -> str:
    return _cell(_given(given), given.answer.reads, _life(given))


def _index(packs: Packs, chapters: dict[str, list[Sheet]], on: date | None) -> str:
    law, day = packs.law, on or date.max
    every = [sheet for of in chapters.values() for sheet in of]
    apex = {place: law.on(day, court).questions for place, court in law.apexes.items()}
    asked = [(q, apex[q.question.place][q.question.id]) for s in every for q in s.questions if q.question.place in apex]
    unanswered = [(q.question, read) for q, read in asked if read.truth is None]
    return _joined(
        [
            "# The law book",
            _as_of(on),
            HOW,
            *(part for place, of in chapters.items() for part in _chapter(place, packs.places.get(place, place), of)),
            "## Questions that no highest court and no legislature has answered",
            "What lower courts said to them binds at most below; elsewhere such a point leaves a verdict open.",
            _table(
                ("question", "of", "asks", "said by others"),
                ((f"`{q.id}`", q.place, q.asks, _others(packs, q.id, day)) for q, _ in unanswered),
            ),
            "## Groups of states",
            _table(("group", "members", "days", "by"), _members(packs, on)),
        ]
    )


def _others(packs: Packs, id: str, day: date) -> str:
    live = [answer for answer in packs.law.answers if answer.question == id and answer.live(day)]
    return ", ".join(f"{said(answer.answer)} by `{answer.by}`" for answer in live) or "nobody"


def _chapter(place: str, name: str, of: list[Sheet]) -> Iterator[str]:
    yield f"## [{name}]({place.lower()}.md)"
    rows = ((str(s.pack.instrument["title"]), str(s.pack.instrument["cite"]), _counted(s)) for s in of)
    yield _table(("instrument", "where it stands", "carries"), rows)


def _counted(sheet: Sheet) -> str:
    counts = {"rule": len(sheet.rules), "question": len(sheet.questions), "answer": len(sheet.answers)}
    told = [f"{number} {name}{'s' * (number > 1)}" for name, number in counts.items() if number]
    said_of = (*(rule.reviewed for rule in sheet.rules), *(given.answer.reviewed for given in sheet.answers))
    unverified = sum(map(unread, said_of))
    return ", ".join(told) + (f"; {unverified} {UNVERIFIED}" if unverified else "")


def _members(packs: Packs, on: date | None) -> Iterator[tuple[str, ...]]:
    runs: dict[tuple[str, str, str], list[str]] = {}
    for m in packs.law.members:
        if on is None or m.place in packs.law.group(m.group, on):
            runs.setdefault((m.group, span(m.since, m.until), m.cite), []).append(m.place)
    yield from ((f"`{group}`", " ".join(sorted(places)), days, cite) for (group, days, cite), places in runs.items())
