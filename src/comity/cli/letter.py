"""`comity letter`: letters made from the proof; kept as drafts, edited, finished."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import (
    HERE,
    AsJson,
    At,
    By,
    OfficeAt,
    On,
    a_moment,
    app,
    asked,
    indented,
    now,
    opened,
    out,
    plural,
    print_json,
    put,
    table,
    text_of,
)
from comity.desk import letter as desk
from comity.desk.matter import demand_of, load
from comity.errors import ComityError
from comity.letters.drafts.edit import Draft, Line, id_of, lines, removed

letter = typer.Typer(help="Letters from the proof: make them, edit them, finish them.", no_args_is_help=True)
app.add_typer(letter, name="letter")

MatterName = Annotated[str, typer.Argument(help="the matter, e.g. M-0001")]
LetterId = Annotated[str, typer.Argument(help="the letter, e.g. memo-1")]
Out = Annotated[Path | None, typer.Option("--out", help="where it is written: FILE.html or FILE.pdf")]


class NotAPaper(ComityError):
    """`{path}` is neither a page nor a PDF by its name"""

    help = "end the file's name in .html or .pdf"
    exit_code = 2


def _form(path: Path) -> desk.Format:
    if path.suffix.lower() == ".html":
        return "html"
    if path.suffix.lower() == ".pdf":
        return "pdf"
    raise NotAPaper(path=path)


def _make(
    kind: str, matter: str, kept: tuple[Path | None, str | None], office: Path, as_json: bool, **asks: str | None
) -> None:
    to, by = kept
    form = _form(to) if to else "html"
    with opened(office) as it:
        if by:
            it.may(by, "letter")
        moment = asked(asks["on"], asks["at"], demand_of(load(it, matter)).place)
        wish = desk.Wish(asks.get("recipient") or "", asks.get("about") or "")
        draft = desk.make(it, matter, kind, moment, wish)
        raw = desk.sketched(it, draft, form, moment) if to else b""
        draft = desk.begin(it, draft, by) if by else draft
    if to:
        put(to, raw)
    if as_json:
        print_json(_as_json(desk.Kept(draft, None, ())) | {"paragraphs": [_line_json(line) for line in lines(draft)]})
        return
    if to:
        out.print(f"The draft is in {to}.", markup=False)
    if by:
        out.print(f"{draft.id} is kept as a draft of {matter}. To read it: comity letter show {matter} {draft.id}")
    if not to and not by:
        _show(draft)


Recipient = Annotated[str | None, typer.Option("--to", help="to whom it is addressed (default: who made the demand)")]
Keeper = Annotated[str | None, typer.Option("--by", help="keep it as a draft of this person of office.toml")]


def _addressed(kind: str, says: str) -> None:
    """The verb that makes a letter which goes to somebody outside, who may be named."""

    def make(
        matter: MatterName, to: Out = None, by: Keeper = None, recipient: Recipient = None, on: On = None,
        at: At = None, office: OfficeAt = HERE, as_json: AsJson = False,
    ) -> None:  # fmt: skip
        _make(kind, matter, (to, by), office, as_json, on=on, at=at, recipient=recipient)

    letter.command(kind, help=says)(make)


@letter.command()
def memo(
    matter: MatterName, to: Out = None, by: Keeper = None, on: On = None, at: At = None,
    office: OfficeAt = HERE, as_json: AsJson = False,
) -> None:  # fmt: skip
    """The decision memo: what was decided of each class and why, what is open, what may be objected, what runs out."""
    _make("memo", matter, (to, by), office, as_json, on=on, at=at)


for _kind, _says in {
    "objection": "An objection to an authority: the grounds that the packs name; what is asked for is left to counsel.",
    "motion": "A motion to a court: the grounds that the packs name; argument and prayer are left to counsel.",
    "refusal": "A refusal of the records that no power reaches: why, and the lawful channel instead.",
    "clarification": "Ask the authority for exactly the facts that are unknown and matter, telling it nothing.",
}.items():
    _addressed(_kind, _says)


@letter.command()
def notice(
    matter: MatterName,
    account: Annotated[str, typer.Option(help="whose user is told (default: the only account)")] = "",
    to: Out = None, by: Keeper = None, on: On = None, at: At = None, office: OfficeAt = HERE, as_json: AsJson = False,
) -> None:  # fmt: skip
    """What a user is told: it may be drafted while telling is forbidden, and is finished once nothing forbids it."""
    _make("notice", matter, (to, by), office, as_json, on=on, at=at, about=account)


@letter.command()
def certificate(
    matter: MatterName,
    production: Annotated[str, typer.Option(help="the file that left (default: the last production)")] = "",
    to: Out = None, by: Keeper = None, recipient: Recipient = None, on: On = None, at: At = None,
    office: OfficeAt = HERE, as_json: AsJson = False,
) -> None:  # fmt: skip
    """What the custodian certifies of a production that left: its words may be changed, its figures and hashes not."""
    _make("certificate", matter, (to, by), office, as_json, on=on, at=at, recipient=recipient, about=production)


@letter.command("list")
def list_(matter: MatterName, at: At = None, office: OfficeAt = HERE, as_json: AsJson = False) -> None:
    """Every letter of a matter: whose it is, whether it is finished, whether something changed since."""
    moment = a_moment(at) if at else now()
    with opened(office) as it:
        found = desk.listed(it, matter, moment)
    if as_json:
        print_json([_as_json(kept) for kept in found])
        return
    if not found:
        out.print(f"Matter {matter} has no letters. To make one: comity letter memo {matter} --by YOU")
        return
    rows = table("letter", "version", "last saved by", "state")
    for kept in found:
        state = f"finished by {kept.sent.by}" if kept.sent else "draft"
        stale = f", stale: {plural(len(kept.changed), 'change')} since" if kept.changed else ""
        rows.add_row(kept.draft.id, str(kept.draft.version), kept.draft.saved_by or kept.draft.by, state + stale)
    out.print(rows)


@letter.command()
def show(
    matter: MatterName, id: LetterId, to: Out = None, at: At = None, office: OfficeAt = HERE, as_json: AsJson = False
) -> None:
    """A kept letter, with what was changed in it and what has changed since it was made."""
    form = _form(to) if to else "html"
    with opened(office) as it:
        kept = desk.look(it, matter, id, a_moment(at) if at else now())
        raw = desk.paper(it, kept, form) if to else b""
    if to:
        put(to, raw)
        out.print(f"{'The finished letter' if kept.sent else 'The draft'} is in {to}.", markup=False)
    elif as_json:
        print_json(_as_json(kept) | {"paragraphs": [_line_json(line) for line in lines(kept.draft)]})
    else:
        _state(kept)
        _show(kept.draft)


@letter.command()
def edit(
    matter: MatterName,
    id: LetterId,
    paragraph: Annotated[int, typer.Argument(help="its number, as `comity letter show` counts")],
    by: By,
    says: Annotated[Path | None, typer.Option("--says", help="a file with the new text; empty strikes it out")] = None,
    drop: Annotated[list[str] | None, typer.Option("--drop", help="take out a citation, e.g. rule:us-comity")] = None,
    version: Annotated[int | None, typer.Option("--version", help="the version you have read")] = None,
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Change one paragraph of a draft, or take citations out of it; whoever saved meanwhile goes first."""
    moment = a_moment(at) if at else now()
    with opened(office) as it:
        it.may(by, "letter")
        draft = desk.read(it, matter, id, version)
        line = desk.line_of(draft, paragraph)
        text = text_of(says) if says else line.text if not line.unfilled else ""
        gone = (*map(id_of, line.dropped), *(drop or ()))
        done = desk.save(it, draft, {line.made.key: (text, gone)}, by, moment)
    if as_json:
        print_json(_as_json(desk.Kept(done, None, ())) | {"paragraph": _line_json(lines(done)[paragraph - 1])})
        return
    if done is draft:
        out.print("Nothing was changed.")
        return
    out.print(f"{id} is version {done.version} now, saved by {by}.")
    _one(paragraph, lines(done)[paragraph - 1])


@letter.command()
def finish(
    matter: MatterName,
    id: LetterId,
    by: By,
    although_stale: Annotated[
        bool, typer.Option("--although-stale", help="you have read what changed since it was made")
    ] = False,
    at: At = None,
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Finish a letter as it leaves: its octets are kept, and that it was finished is recorded with their digest."""
    moment = a_moment(at) if at else now()
    with opened(office) as it:
        it.may(by, "letter")
        kept = desk.look(it, matter, id, moment)
        event = desk.finish(it, kept, by, moment, kept.told if although_stale else "")
    if as_json:
        print_json(_as_json(desk.Kept(kept.draft, event, kept.changed)) | {"papers": dict(event.data)})
        return
    out.print(f"{id} is finished: {event.says}.", markup=False)
    out.print(f"  To write it down: comity letter show {matter} {id} --out {id}.pdf")


def _state(kept: desk.Kept) -> None:
    draft = kept.draft
    what = f"finished by {kept.sent.by}" if kept.sent else f"a draft, last saved by {draft.saved_by or draft.by}"
    out.print(f"{draft.id}, version {draft.version}: {what}.\n", markup=False)
    if kept.barred:
        out.print(f"[yellow]It may not be given now:[/] {escape(kept.barred.message)}\n")
    if kept.changed:
        out.print("[yellow]Since it was made, this has changed:[/]")
        for one in kept.changed:
            indented(escape(one))
        out.print()
    for line, cite in removed(kept.draft):
        indented(f"[yellow]taken out by {escape(line.edited_by)}[/]: {escape(cite.text)} [dim]{id_of(cite)}[/]")


def _show(draft: Draft) -> None:
    out.print(f"[bold]{escape(draft.letter.title)}[/]")
    for name, value in draft.letter.head:
        out.print(f"  [dim]{name}:[/] {escape(value)}")
    for number, line in enumerate(lines(draft), 1):
        _one(number, line)


def _one(number: int, line: Line) -> None:
    made = line.made
    if made.kind == "heading":
        out.print(f"\n[bold]{number}. {escape(line.text)}[/]" + _marks(line))
        return
    before = f"[yellow]to be filled in by {escape(made.by)}:[/] " if line.unfilled else ""
    before += "[dim]for the office:[/] " if made.inside else ""
    before += f"[bold]{made.word}[/] " if made.word else ""
    cites = "".join(
        f" [dim]⟨{escape(cite.text)}⟩[/]" + (" [yellow]unverified[/]" if cite.unread else "") for cite in line.cites
    )
    indented(f"{number}. {before}{escape(line.text)}{cites}{_marks(line)}")


def _marks(line: Line) -> str:
    return f" [yellow]{escape(line.how)}[/]" if line.how else ""


def _as_json(kept: desk.Kept) -> dict[str, object]:
    draft, sent = kept.draft, kept.sent
    return {
        "id": draft.id, "kind": draft.letter.kind, "matter": draft.matter, "version": draft.version, "by": draft.by,
        "saved_by": draft.saved_by or draft.by, "finished": sent.happened.isoformat() if sent else None,
        "changed": list(kept.changed), "about": draft.letter.about,
        "barred": kept.barred.message if kept.barred else None,
        "removed": [
            {"paragraph": line.made.key, "cite": id_of(cite), "by": line.edited_by} for line, cite in removed(draft)
        ],
    }  # fmt: skip


def _line_json(line: Line) -> dict[str, object]:
    cites = [
        {"id": id_of(cite), "text": cite.text, "quote": cite.quote, "unverified": cite.unread} for cite in line.cites
    ]
    return {
        "key": line.made.key, "kind": line.made.kind, "text": line.text, "made": line.made.text, "cites": cites,
        "inside": line.made.inside, "fixed": line.made.fixed, "edited_by": line.edited_by or None,
        "verified": line.verified,
    }  # fmt: skip
