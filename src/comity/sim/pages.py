"""The page the demo leaves behind: the story's rows, decisions, counts and production, ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from comity.desk.decision import assess
from comity.desk.gate import would_open
from comity.desk.matter import load
from comity.kernel.collection import Counts
from comity.kernel.matter import standing
from comity.letters.drawing import Group, Lane, segments
from comity.letters.page import Cell, Page, Ruling, Section, render
from comity.letters.page import Row as Shown
from comity.sim.demo import NEW, OLD, PRODUCED, Story
from comity.sim.replay import NEW_WARRANT, Line, Row, moment

END = datetime(2018, 12, 31, tzinfo=UTC)
SHOWN = (
    (0, "The day the warrant is issued", "The statute of 1986 says nothing about data abroad, and no court has yet."),
    (2, "After the magistrate judge's ruling", "Answered for the parties: control decides, not location."),
    (16, "After the Second Circuit", "Every district court of the circuit must now read the statute the other way."),
    (22, "After the CLOUD Act", "Congress answers the question for every court."),
)


def write_page(story: Story) -> Path:
    """Draw the story on one page beside the production; gives its path."""
    path = story.out / "dublin.html"
    path.write_text(render(page(story)), encoding="utf-8")
    return path


def page(story: Story) -> Page:
    """Everything the page shows, asked of the office or kept from the story."""
    assert story.refused is not None and story.listing is not None and story.sent is not None
    counts = sum(story.listing.counts.values(), Counts())
    account = ", ".join(story.listing.scope.accounts)
    return Page(
        "The Dublin mailbox",
        "One demand for mail stored in another country, from 2013 to 2018",
        (
            "In December 2013 a court in New York ordered a provider to hand over the content of one mailbox. The"
            " mailbox lay in Dublin. What the order was worth changed with every ruling; in 2018 Congress changed the"
            " law and a new warrant took its place.",
            "Here the real docket is replayed on an invented provider with invented mail. Nothing on this page was"
            " written beforehand: law, matter and gate were asked after every happening.",
        ),
        (
            Group("Content stored in Dublin", _lanes([row.content for row in story.rows], story.rows)),
            Group(
                "Subscriber records stored in the United States", _lanes([row.other for row in story.rows], story.rows)
            ),
            Group("The new warrant, for content in Dublin", _new_lanes(story)),
        ),
        tuple(
            Shown(
                row.at,
                row.happening.court,
                row.happening.says,
                row.happening.verified,
                (_cell(row.content), _cell(row.other)),
            )
            for row in story.rows
        ),
        story.refused.reasons,
        f"On {story.refused.at:%d %B %Y} the office asks whether the content may leave. This is the answer:",
        _rulings(story),
        counts,
        f"Every message of {account} was tried against each part of the scope and has its reasons. The counts add up.",
        _sections(story),
        _footnotes(story),
    )


def _cell(line: Line) -> Cell:
    return Cell(line.verdict, line.standing.state, "open" if line.opens else "shut", line.why)


def _lanes(lines: Sequence[Line], rows: Sequence[Row]) -> tuple[Lane, ...]:
    at = [row.at for row in rows]
    gate = [("open", "gate-open") if line.opens else ("shut", "gate-shut") for line in lines]
    return (
        Lane("law", segments([(t, line.verdict, line.verdict) for t, line in zip(at, lines, strict=True)], END)),
        Lane("order", segments([(t, x.standing.state, x.standing.state) for t, x in zip(at, lines, strict=True)], END)),
        Lane("gate", segments([(t, word, kind) for t, (word, kind) in zip(at, gate, strict=True)], END)),
    )


def _new_lanes(story: Story) -> tuple[Lane, ...]:
    """The new warrant asked day by day: nothing happens to it, but the law under it changes on 25 May 2018."""
    matter, office = load(story.office, NEW), story.office
    start = moment(NEW_WARRANT) + timedelta(hours=3)
    days = [start + timedelta(days=number) for number in range((END - start).days)]
    law, order, gate = [], [], []
    for at in days:
        (ruled,) = assess(office, matter, at).ruled
        state = standing(matter, at, "content").state
        opens = not would_open(office, matter, at, frozenset({"content"}))
        law.append((at, ruled.decision.verdict, str(ruled.decision.verdict)))
        order.append((at, state, str(state)))
        gate.append((at, "open", "gate-open") if opens else (at, "shut", "gate-shut"))
    return Lane("law", segments(law, END)), Lane("order", segments(order, END)), Lane("gate", segments(gate, END))


def _rulings(story: Story) -> tuple[Ruling, ...]:
    old = load(story.office, OLD)
    made = []
    for number, title, says in SHOWN:
        at = moment(number)
        ruled = next(one for one in assess(story.office, old, at).ruled if one.category == "content")
        made.append(Ruling(f"{at:%Y-%m-%d} · {title}", says, ruled.decision))
    for found, title, says in (
        (story.compelled, "The new warrant", "Under 18 U.S.C. 2713, within what the provider controls."),
        (
            story.fresh,
            "The same warrant, served when the GDPR applies",
            "The law leaves one point open: both ways are shown.",
        ),
    ):
        if found:
            made.append(Ruling(f"{found.on} · {title}", says, found.ruled[0].decision, found is story.compelled))
    return tuple(made)


def _sections(story: Story) -> tuple[Section, ...]:
    assert story.sent is not None
    manifest, out = story.sent.manifest, story.out
    told = tuple(
        (f"{day:%Y-%m-%d}", notice.says) for day, notice in zip((PRODUCED, None), story.notices, strict=False) if day
    )
    later = tuple(("when it ends", notice.says) for notice in story.notices[1:])
    facts = (
        ("messages", f"{len(manifest.items):,}, octet for octet as stored"),
        ("manifest", manifest.digest),
        ("scope", manifest.scope.digest),
        ("approved by", " and ".join(manifest.approved_by)),
        ("released", f"{manifest.released:%Y-%m-%d %H:%M} UTC"),
        ("checked by a clean process", "everything holds" if story.verified else "see the terminal"),
    )
    commands = (
        f"comity verify {story.sent.path} --identity {out / 'authority.key'}",
        f"comity ledger verify --office {out / 'office'}",
    )
    return (
        Section("The production", "Sealed to the authority's key, signed, tied to the ledger.", facts, commands),
        Section(
            "Telling the user", "The user hears of it unless an order forbids it, and as soon as it ends.", told + later
        ),
    )


def _footnotes(story: Story) -> tuple[str, ...]:
    texts = {
        rule for found in (story.compelled, story.fresh) if found for r in found.ruled for rule in r.decision.unverified
    }
    unread = f" No one has read the text behind {', '.join(sorted(texts))}." if texts else ""
    return (
        "The happenings are the public docket of In re Warrant to Search a Certain E-Mail Account Controlled and"
        " Maintained by Microsoft Corp. (S.D.N.Y. 13 Mag. 2814; 2d Cir. 14-2985; U.S. 17-2), in our words. The account,"
        " the people and the mail are invented." + unread,
        "This is not legal advice.",
    )
