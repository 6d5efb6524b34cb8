"""The demo: one real demand for real mail through every room, on a provider in a box or on mail of your own.

The provider, its people and its mail are simulated and seeded; everything that is done with them is done by the desk,
as an office would do it: nothing is told beforehand. The acts carry the dates of the story.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import pyrage

from comity.desk import collection, gate, notice, office
from comity.desk import demand as intake
from comity.desk.agencies import Agency, Contact, add, add_contact
from comity.desk.arrival import from_file
from comity.desk.decision import Assessment, assess
from comity.desk.matter import load, record
from comity.desk.office import Office
from comity.desk.release import Sent, send
from comity.desk.report import report
from comity.errors import ComityError
from comity.intake.confirm import Choice
from comity.intake.passages import Proposal
from comity.kernel.gate import Refusal, Release
from comity.kernel.matter import Event
from comity.kernel.notice import Notice
from comity.kernel.report import Report
from comity.registry.keys import load as load_key
from comity.sim.corpus import Asked, choose
from comity.sim.dublin import HAPPENINGS
from comity.sim.mail import write_mail
from comity.sim.papers import warrant_2013, warrant_2018
from comity.sim.provider import STORES, write_provider
from comity.sim.replay import NEW_WARRANT, Row, moment, replay, row

SEED: Final = 2013
OLD, NEW, FRESH = "dublin-2013", "dublin-2018", "dublin-fresh"
PRODUCED: Final = moment(NEW_WARRANT) + timedelta(days=6)
FRESH_DAY: Final = datetime(2018, 5, 25, 12, tzinfo=UTC)
GAG_ENDS: Final = datetime(2019, 3, 30, tzinfo=UTC)
RULE: Final = "every hit names a term of the warrant"


MARK: Final = ".comity-demo"
"""The file by which the demo knows a folder of its own; no other folder is ever emptied."""


class NotADemo(ComityError):
    """`{path}` holds something that is not an earlier demo"""

    help = "name a new or empty folder with --out; the demo replaces only what it made itself"
    exit_code = 2


class Teller(Protocol):
    """Who tells the person what is happening: the terminal, or nobody."""

    def step(self, title: str) -> None:
        """A new room is entered."""

    def line(self, text: str) -> None:
        """One line of what was found."""

    def progress(self, label: str, done: int, total: int) -> None:
        """How far long work has come."""

    def proposal(self, read: Proposal) -> None:
        """What the paper was read to say."""

    def docket(self, rows: Sequence[Row]) -> None:
        """The docket, answered day by day."""

    def answer(self, answer: Release | Refusal) -> None:
        """What the gate says."""

    def collected(self, found: collection.Listing) -> None:
        """What was found, adding up."""

    def report(self, made: Report) -> None:
        """What may be published."""

    def assessment(self, found: Assessment) -> None:
        """What the law says."""


@dataclass
class Story:
    """What the demo leaves behind: the office, the rows of the replay, the decisions shown, what was sent."""

    office: Office
    out: Path
    tell: Teller
    asked: Asked
    rows: list[Row] = field(default_factory=list)
    refused: Refusal | None = None
    fresh: Assessment | None = None
    compelled: Assessment | None = None
    listing: collection.Listing | None = None
    sent: Sent | None = None
    verified: bool = False
    notices: list[Notice] = field(default_factory=list)


def build(out: Path, tell: Teller, corpus: Path | None = None, messages: int = 20_000, database: str = "") -> Story:
    """Set up the provider: its estate, its mail (or the corpus given), and an office with its people and keys."""
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).is_file() or (corpus and corpus.resolve().is_relative_to(out.resolve())):
            raise NotADemo(path=str(out))
        shutil.rmtree(out)
    root = out / "office"
    root.mkdir(parents=True)
    (out / MARK).write_text("comity demo: this folder is made anew by each run\n", encoding="utf-8")
    estate = write_provider(root, SEED)
    if corpus is None:
        tell.step("A provider with a data centre in Dublin")
        world = write_mail(
            root / STORES, SEED, messages, lambda done, total: tell.progress("writing mail", done, total)
        )
        tell.line(f"{len(world.items):,} messages of {len(world.accounts)} accounts, in mbox and Maildir, seeded")
        asked = Asked()
    else:
        tell.step(f"Your mail: {corpus}")
        asked = choose(corpus, lambda done, total: tell.progress("looking at mail", done, total))
        asked.place_in(estate, corpus)
        for line in asked.says:
            tell.line(line)
    made = office.init(root, "Meridian Mail", "ledger.meridian.example/comity", "meridian-corp", database)
    return Story(made, out, tell, asked)


def run(story: Story) -> Story:
    """Take the demand through every room, in the order in which it happened."""
    _receive_old(story)
    _answer_in_part(story)
    _replay(story)
    _answer_new(story)
    _verify(story)
    _notice_and_report(story)
    _fresh(story)
    _directory(story)
    return story


def confirmed(office: Office, paper: Path, name: str, text: str, served: datetime) -> Proposal:
    """A paper taken in, read, confirmed by the clerk and found on the court's own docket; its matter begins."""
    paper.parent.mkdir(exist_ok=True)
    paper.write_text(text, encoding="utf-8")
    read = from_file(office, paper, "clerk", served).paper.proposal
    assert read is not None
    choices: dict[str, Choice] = {"id": name, "served": served, "channel": "post", "served_entity": "meridian-corp"}
    done = intake.confirmed(office, read, choices | {"demand.gag": False}, "clerk", served)
    intake.receive(office, done.demand, "clerk", served, done)
    record(office, name, [_finding(served, done.demand.reference)])
    return read


def _confirmed(story: Story, name: str, text: str, served: datetime) -> Proposal:
    paper = story.out / "papers" / f"{name}.txt"
    return confirmed(story.office, paper, name, story.asked.rewritten(text), served)


def _finding(at: datetime, reference: str) -> Event:
    data = (("supports", "yes"), ("channel", "registry"), ("contact", "public"))
    says = f"the court's own docket shows the warrant {reference}"
    return Event("", "finding", at, at, says, "docket, looked up at the court", "clerk", data=data)


def _receive_old(story: Story) -> None:
    story.tell.step("A warrant comes in as text")
    story.tell.proposal(_confirmed(story, OLD, warrant_2013(), moment(0)))
    story.tell.line(f"confirmed by the clerk: matter {OLD}")


def _answer_in_part(story: Story) -> None:
    """What lies in the United States is handed over in 2013, as the provider did."""
    story.tell.step("What lies in the United States is answered at once")
    at = moment(1) - timedelta(days=1)
    listing = collection.collect(story.office, OLD, "clerk", at, ["subscriber"])
    collection.review(story.office, OLD, "second.approver", at, "")
    for person in ("first.approver", "second.approver"):
        gate.approve(story.office, OLD, person, at)
    sent = send(story.office, OLD, "clerk", at, (recipient(story.out),), story.out / "production-2013")
    rows = sum(len(sheet.rows) for sheet in listing.sheets.values())
    story.tell.line(f"{rows} subscriber record, approved by two people, sealed: {sent.path.name}")


def _replay(story: Story) -> None:
    story.tell.step("The docket, day by day")
    story.rows.append(row(story.office, OLD, 0))
    for answered in replay(story.office, OLD):
        story.rows.append(answered)
        story.tell.progress("replaying the docket", len(story.rows), len(HAPPENINGS))
    story.tell.docket(story.rows)
    story.tell.step("The gate while the order was stayed")
    at = moment(8)
    asked = gate.ask(story.office, OLD, at)
    assert isinstance(asked, Refusal)
    story.refused = asked
    story.tell.answer(asked)


def _answer_new(story: Story) -> None:
    story.tell.step("The new warrant of 2018")
    served = moment(NEW_WARRANT) + timedelta(hours=2)
    _confirmed(story, NEW, warrant_2018(), served)
    gag = Event(
        "", "gagged", served, served, "18 U.S.C. 2705(b): the user must not be told for a year", "order of the court",
        "S.D.N.Y.", until=GAG_ENDS,
    )  # fmt: skip
    record(story.office, NEW, [gag])
    story.compelled = assess(story.office, load(story.office, NEW), PRODUCED)
    story.tell.assessment(story.compelled)
    story.listing = collection.collect(
        story.office, NEW, "clerk", PRODUCED, (), lambda store, done, total: story.tell.progress(store, done, total)
    )
    story.tell.collected(story.listing)
    story.tell.answer(gate.ask(story.office, NEW, PRODUCED))
    collection.review(story.office, NEW, "second.approver", PRODUCED, RULE, state_unreadable=True)
    for person in ("first.approver", "second.approver"):
        gate.approve(story.office, NEW, person, PRODUCED + timedelta(hours=1))
        story.tell.line(f"{person} approves exactly this")
    after = PRODUCED + timedelta(hours=2)
    story.tell.answer(gate.ask(story.office, NEW, after))
    story.tell.step("The production")
    story.sent = send(story.office, NEW, "clerk", after, (recipient(story.out),), story.out / "production")
    story.tell.line(
        f"{len(story.sent.manifest.items)} messages, sealed to the authority's key, signed: {story.sent.path}"
    )


def _verify(story: Story) -> None:
    story.tell.step("The production, checked by a process that knows nothing of the office")
    assert story.sent is not None
    key = str(load_key(story.office.root / "keys" / "ledger.key").key)
    command = (sys.executable, "-I", "-m", "comity", "verify", story.sent.path.resolve(), "--identity")
    where = (str(part) for part in (*command, (story.out / "authority.key").resolve(), "--key", key))
    done = subprocess.run(tuple(where), capture_output=True, text=True, cwd="/", env={}, check=False)
    for line in (done.stdout + done.stderr).splitlines():
        story.tell.line(line)
    story.verified = done.returncode == 0


def _notice_and_report(story: Story) -> None:
    story.tell.step("Telling the user")
    for at in (PRODUCED, GAG_ENDS):
        for found in notice.notices(story.office, load(story.office, NEW).as_known(at), at):
            story.tell.line(f"{at:%Y-%m-%d}  {found.account}: {found.says}")
            story.notices.append(found)
            if found.state == "due":
                letter = notice.tell(story.office, NEW, found.account, "clerk", at)
                (story.out / "letter.txt").write_text(letter, encoding="utf-8")
                story.tell.line("the letter is in letter.txt")
    story.tell.step("The transparency report, first half of 2018")
    period = datetime(2018, 1, 1, tzinfo=UTC), datetime(2018, 7, 1, tzinfo=UTC)
    story.tell.report(report(story.office, *period, threshold=3))


def _fresh(story: Story) -> None:
    story.tell.step("The same warrant, served on 25 May 2018")
    _confirmed(story, FRESH, warrant_2018().replace("90233", "90871"), FRESH_DAY)
    story.fresh = assess(story.office, load(story.office, FRESH), FRESH_DAY)
    story.tell.assessment(story.fresh)


def _directory(story: Story) -> None:
    """An agency whose people may register in the portal; like the provider, it is invented."""
    made = Agency("demo-agency", "Demo Agency (invented)", "US", "police")
    add(story.office, made, "counsel", FRESH_DAY)
    for kind, value in (("mail", "agency.example"), ("telephone", "+1 202 555 0142")):
        contact = Contact(kind, value, "invented for the demo", FRESH_DAY, "counsel")
        add_contact(story.office, made.id, contact)


def recipient(out: Path) -> str:
    """The authority's public age key; its private half is kept beside the production so that the demo can open it."""
    path = out / "authority.key"
    if not path.exists():
        path.write_text(f"{pyrage.x25519.Identity.generate()}\n", encoding="utf-8")
        path.chmod(0o600)
    return str(pyrage.x25519.Identity.from_str(path.read_text().strip()).to_public())
