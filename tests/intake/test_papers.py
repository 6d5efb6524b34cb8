"""The papers of the simulated governments, as they are, as PDFs, re-wrapped and badly scanned."""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from comity.intake.confirm import Choice, confirm
from comity.intake.known import Known
from comity.intake.passages import Proposal
from comity.intake.pdf import read_pdf
from comity.intake.shape import NONDISCLOSURE
from comity.intake.warrant import propose
from comity.sim.papers import Found, Paper, as_pdf, papers

EVERY = pytest.mark.parametrize("paper", papers().values(), ids=lambda paper: paper.name)
LATER = datetime(2026, 11, 20, 9, tzinfo=UTC)
COUNTED = {"return_days": "return_within", "secrecy_days": "secrecy_for", "preserve_days": "preserve_for"}
OF_A_DEMAND = ("instrument", "court", "issued", "return_by", "accounts", "categories", "since", "until")


def wanted(name: str, value: Found) -> tuple[str, set[str]]:
    """What the paper's own list of expectations comes to in the proposal's names and spellings."""
    if name in COUNTED:
        return COUNTED[name], {f"{value} days"}
    if isinstance(value, tuple):
        return name, set(value)
    if value is None:
        return name, set()
    if isinstance(value, datetime):
        return name, {value.isoformat().replace("+00:00", "Z")}
    if name == "court":
        return name, {f"us-{str(value).removeprefix('us-')}"}
    return name, {value.isoformat() if isinstance(value, date) else str(value)}


def given(proposal: Proposal, name: str, *, sure: bool = False) -> set[str]:
    """The values proposed for a field, perhaps only those that are not doubtful; of `return_by` only the day."""
    fields = [field for field in proposal.of(name) if not (sure and field.sure == "doubtful")]
    return {field.value[:10] if name == "return_by" else field.value for field in fields}


@EVERY
def test_what_a_careful_reader_finds_is_proposed(paper: Paper, known: Known) -> None:
    """Every expected value is proposed and nothing else; what the paper lacks is at most a doubtful proposal."""
    proposal = propose(paper.text, known)
    for key, value in paper.expected.items():
        name, values = wanted(key, value)
        assert given(proposal, name, sure=value is None) == values, name


@EVERY
def test_what_a_person_must_look_at_is_not_called_certain(paper: Paper, known: Known) -> None:
    """Fields listed as unsure are likely at most."""
    proposal = propose(paper.text, known)
    assert all(field.sure != "certain" for name in paper.unsure for field in proposal.of(name))


@EVERY
def test_what_is_lacking_is_listed_with_what_it_needs(paper: Paper, known: Known) -> None:
    """A field that a demand has is proposed or missing, never both, never passed over."""
    proposal = propose(paper.text, known)
    names = ["instrument", "place", "court", "issued", "accounts", "reference"]
    for name in names if is_gag(proposal) else [*names, "categories", "since", "until"]:
        gaps = [gap for gap in proposal.missing if gap.name == name]
        assert bool(proposal.of(name)) != bool(gaps)
        assert all(gap.needs for gap in gaps)


def is_gag(proposal: Proposal) -> bool:
    """Whether the paper asks for nothing but silence."""
    return given(proposal, "instrument") == {NONDISCLOSURE.code}


@EVERY
def test_a_pdf_says_what_its_text_says(paper: Paper, known: Known) -> None:
    """The way through a PDF changes no value and no doubt, and each value can be shown on its page."""
    text = read_pdf(as_pdf(paper.text))
    direct, through = propose(paper.text, known), propose(text, known)

    def said(proposal: Proposal) -> set[tuple[str, str, str]]:
        return {(field.name, field.value, field.sure) for field in proposal.fields}

    assert said(through) == said(direct)
    assert through.missing == direct.missing
    for field in through.fields:
        assert text[field.start : field.end] == field.passage != ""
        assert field.page == text.count("\f", 0, field.start) + 1


def accepted(proposal: Proposal, **more: Choice) -> dict[str, Choice]:
    """A person who takes over whatever was proposed."""
    fields: dict[str, list[str]] = {}
    for field in proposal.fields:
        fields.setdefault(field.name, []).append(field.value)
    single = {name: values[0] for name, values in fields.items() if len(values) == 1 and name in OF_A_DEMAND}
    listed = {name: values for name, values in fields.items() if name in ("accounts", "categories", "court")}
    gaps = {gap.name: None for gap in proposal.missing if gap.name in ("since", "until")}
    return {**gaps, **single, **listed, "id": "m-1", "served": LATER, "channel": "portal", **more}


@EVERY
def test_a_careless_person_is_told_why_a_paper_cannot_be_used(paper: Paper, known: Known) -> None:
    """Whoever takes over everything still gets the faults of the paper, each by its name."""
    proposal = propose(paper.text, known, paper.name)
    _, faults = confirm(proposal, accepted(proposal, court="us-nysd"), known, "clerk", LATER)
    named = {fault.name for fault in faults}
    assert named == ({"not-a-demand"} if is_gag(proposal) else paper.faults - {"two-courts"})
    if "two-courts" in paper.faults:
        choices = {name: value for name, value in accepted(proposal).items() if name != "court"}
        _, faults = confirm(proposal, choices, known, "clerk", LATER)
        assert [fault.name for fault in faults] == ["two-courts"]


def wrapped(text: str, chance: random.Random) -> str:
    """Every paragraph set anew in some other width."""
    width = chance.randint(18, 90)
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "\n".join(textwrap.fill(part, width, break_long_words=False, break_on_hyphens=False) for part in parts)


def scattered(text: str, chance: random.Random) -> str:
    """Every gap made another: lines broken and joined anywhere, columns lost and invented."""
    gaps = (" ", "\n", "  ", "    ", "\n\n")
    return re.sub(r"\s+", lambda gap: chance.choice((*gaps, gap.group(), gap.group())), text)


LOOKS = {"o": "0", "l": "1", "i": "1", "s": "5", "O": "0", "I": "l", "S": "5", "m": "rn", "0": "O", "1": "l"}


def scanned(text: str, chance: random.Random) -> str:
    """Letters taken for others that look like them, a few or many."""
    share = chance.choice((0.005, 0.02, 0.06))
    return "".join(LOOKS[char] if char in LOOKS and chance.random() < share else char for char in text)


@EVERY
@pytest.mark.parametrize("damage", [wrapped, scattered, scanned])
def test_a_damaged_paper_is_read_rightly_or_doubted(
    paper: Paper, damage: Callable[[str, random.Random], str], known: Known
) -> None:
    """However lines are broken or letters misread, what is not doubtful is what the paper says, or it is missing."""
    for seed in range(25):
        proposal = propose(damage(paper.text, random.Random(seed)), known)
        for name in OF_A_DEMAND:
            if name in paper.expected:
                assert given(proposal, name, sure=True) <= wanted(name, paper.expected[name])[1], (seed, name)


@EVERY
def test_one_paper_after_another_is_two_papers(paper: Paper, known: Known) -> None:
    """Papers of two courts in one file do not become one court's demand."""
    other = papers()["warrant-2018" if paper.expected.get("court") not in ("nysd", "us-nysd") else "warrant-columns"]
    courts = propose(f"{paper.text}\f{other.text}", known).of("court")
    if paper.expected.get("court"):
        assert len(courts) > 1
        assert all(court.sure == "doubtful" for court in courts)
