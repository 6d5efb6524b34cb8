"""All 27 combinations of compels, bars and lifts: in one test, and in the page that shows them."""

from itertools import product
from pathlib import Path

import pytest
from tests.strategies import COURTS, DAY

from comity.kernel.decision import decide
from comity.kernel.law import Law
from comity.kernel.rule import Rule
from comity.kernel.words import Word

PAGE = Path(__file__).parents[2] / "docs/formats/verdicts.md"
SAYS = {True: "yes", False: "no", None: "unknown"}
TRUTHS = (True, False, None)


def rule(id, effect, lifts=""):
    """A rule that holds exactly if the fact of its name does."""
    return Rule(id, effect, "US", DAY, None, "cite", f"it {effect}", Word(f"the.{id}"), lifts=lifts)


READING = Law((rule("power", "compels"), rule("bar", "bars"), rule("lift", "lifts", "bar")), (), (), COURTS).on(
    DAY, "us-nysd"
)


def verdict(compels, bars, lifts):
    """What the kernel says."""
    return decide({"the.power": compels, "the.bar": bars, "the.lift": lifts}, READING).verdict


@pytest.mark.parametrize(("compels", "bars", "lifts"), list(product(TRUTHS, repeat=3)))
def test_every_combination_has_the_verdict_that_its_completions_share(compels, bars, lifts):
    """Known truths by DESIGN's table; an unknown is open exactly if it could turn out to matter."""
    table = {(True, False): "compelled", (True, True): "conflict", (False, True): "barred", (False, False): "free"}
    ways = product(*((True, False) if truth is None else (truth,) for truth in (compels, bars, lifts)))
    outcomes = {table[power, bar and not lift] for power, bar, lift in ways}
    assert verdict(compels, bars, lifts) == (outcomes.pop() if len(outcomes) == 1 else "open")


def rows():
    """The table as the page has it."""
    yield "| a power compels | a bar forbids | something lifts it | verdict |"
    yield "|---|---|---|---|"
    for truths in product(TRUTHS, repeat=3):
        yield f"| {' | '.join(SAYS[truth] for truth in truths)} | **{verdict(*truths)}** |"


def test_the_page_shows_what_the_kernel_says():
    """Line by line; if it fails, put in the table that the test has made."""
    shown = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    assert shown == list(rows())
