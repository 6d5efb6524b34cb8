"""`comity docket`: courts' notices come in, are listed, accepted as events or set aside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from comity.cli.common import HERE, AsJson, OfficeAt, a_moment, app, errors, indented, now, opened, out, print_json
from comity.desk import court, court_mail
from comity.desk.court import Line, Proposal
from comity.desk.court_acts import Accepted, accept, dismiss
from comity.desk.office import Office
from comity.errors import ComityError
from comity.intake.court import MOST_BYTES
from comity.intake.octets import octets


class NobodyDoesIt(ComityError):
    """to accept or dismiss a notice is somebody's act"""

    help = "say who: --by PERSON"
    exit_code = 2


@app.command()
def docket(
    files: Annotated[
        list[Path] | None, typer.Argument(help="messages as they came (.eml); none: list the notices")
    ] = None,
    mailbox: Annotated[bool, typer.Option("--mailbox", help="read the desk's mailbox, named in office.toml")] = False,
    accepted: Annotated[str | None, typer.Option("--accept", help="the id of a notice to accept as an event")] = None,
    dismissed: Annotated[str | None, typer.Option("--dismiss", help="the id of a notice to set aside")] = None,
    matter: Annotated[str, typer.Option("--matter", help="the matter it concerns, if that is not plain")] = "",
    entry: Annotated[int, typer.Option("--entry", help="which entry of the notice, counted from 1")] = 1,
    kind: Annotated[str, typer.Option("--as", help="the kind of event it is, if not the one that was read")] = "",
    says: Annotated[str, typer.Option("--says", help="what happened, if not in the notice's words")] = "",
    happened: Annotated[str | None, typer.Option("--happened", help="when, if not when the notice was sent")] = None,
    until: Annotated[str | None, typer.Option("--until", help="when a stay ends by its own terms")] = None,
    touches: Annotated[list[str] | None, typer.Option("--touches", help="a category it is limited to")] = None,
    of: Annotated[str, typer.Option("--of", help="the event that a lifting ends")] = "",
    why: Annotated[str, typer.Option("--why", help="why it is dismissed, or where an unsigned one was verified")] = "",
    by: Annotated[str, typer.Option("--by", help="who does this: a person of office.toml")] = "",
    office: OfficeAt = HERE,
    as_json: AsJson = False,
) -> None:
    """Courts' e-mail notices of filing: a genuine stay shuts the gate at once; all else waits for a person."""
    begins, ends = (a_moment(text) if text else None for text in (happened, until))
    said = Accepted(entry - 1, matter, kind, says, begins, ends, frozenset(touches or ()), of, why)
    with opened(office) as it:
        if accepted or dismissed:
            _settle(it, (accepted, dismissed), said, by)
            return
        known = {kept.digest for kept in court.every(it)}
        _bring(it, files or [], mailbox, as_json)
        shown = court.proposals(it)
    if files or mailbox:
        shown = [one for one in shown if one.kept.digest not in known]
    if as_json:
        print_json([_plain(one) for one in shown])
        return
    for one in shown:
        _show(one)
    if not shown:
        out.print("No court notice is new." if files or mailbox else "There is no court notice.")


def _bring(it: Office, files: list[Path], mailbox: bool, quiet: bool) -> None:
    at, txt = now(), court_mail.txt_of(it)
    more = mailbox
    while more:
        found = court_mail.look(it, at, txt)
        more = found.more
        if not quiet:
            out.print(f"{found.messages} messages, {len(found.new)} new notices, {found.others} that are none.")
        for key in found.unread:
            errors.print(f"A message could not be looked at; read it where it lies: {key}", markup=False)
    for file in files:
        court.take(it, octets(file, MOST_BYTES), file.name, at, txt)
    court.apply(it, at)


def _settle(it: Office, ids: tuple[str | None, str | None], said: Accepted, by: str) -> None:
    accepted, dismissed = ids
    if not by:
        raise NobodyDoesIt
    if accepted:
        done = accept(it, accepted, said, by, now())
        out.print(f"Recorded in {escape(done.matter)}: {done.kind}. See it with: comity standing {escape(done.matter)}")
        return
    done = dismiss(it, dismissed or "", said, by, now())
    out.print("Set aside. A stay that was recorded from it stands until `stay-lifted` is entered for it.")


def _show(one: Proposal) -> None:
    kept = one.kept
    colour = {True: "green", False: "red", None: "yellow"}[kept.notice.signature.genuine]
    out.print(f"[bold]{kept.id}[/] {escape(kept.notice.subject or 'no subject')}")
    indented(f"[{colour}]{escape(kept.notice.signature.says)}[/]")
    for line in one.lines:
        entry, reading = line.entry, line.entry.reading
        indented(f"{kept.court} {escape(entry.docket)}, {escape(entry.case)}: [bold]{reading.kind}[/] ({reading.sure})")
        indented(escape(entry.text), 4)
        indented(_state(line), 4)


def _state(line: Line) -> str:
    if line.settled:
        return escape(f"{line.settled.act} by {line.settled.by}: {line.matter or 'no matter'}")
    if not line.matter:
        return f"[yellow]{line.matched}[/]: accept it with --matter MATTER, or dismiss it"
    shut = " [red]A stay is recorded, unconfirmed: the gate is shut.[/]" if line.stay else " Nothing is recorded yet."
    return f"matter {escape(line.matter)} ({line.matched}).{shut}"


def _plain(one: Proposal) -> dict[str, object]:
    kept = one.kept
    return {
        "id": kept.id,
        "digest": kept.digest,
        "court": kept.court,
        "genuine": kept.notice.signature.genuine,
        "signature": kept.notice.signature.says,
        "waits": one.waits,
        "lines": [
            {
                "entry": line.number + 1,
                "docket": line.entry.docket,
                "case": line.entry.case,
                "filed": line.entry.filed,
                "text": line.entry.text,
                "reads": line.entry.reading.kind,
                "matter": line.matter or None,
                "matched": line.matched,
                "stay": line.stay.id if line.stay else None,
                "settled": line.settled.act if line.settled else None,
            }
            for line in one.lines
        ],
    }
