"""Who stands above whom, and whose law is law where."""

from tests.strategies import COURTS

from comity.kernel.courts import Court, apexes, lawgivers, line


def test_a_line_runs_from_a_court_to_the_legislature_on_top():
    """Nearest first."""
    assert line(COURTS, "us-nysd") == ("us-nysd", "us-ca2", "us-scotus", "us-congress")
    assert line(COURTS, "ie-hc") == ("ie-hc", "ie-sc", "eu-cjeu", "eu-legislature")


def test_a_court_that_stands_above_itself_ends_its_line():
    """`comity law check` reports it; nothing runs for ever meanwhile."""
    ring = {"a": Court("a", "A", "US", "b"), "b": Court("b", "B", "US", "a")}
    assert line(ring, "a") == ("a", "b")


def test_the_apex_is_right_under_the_legislature_or_the_court_so_marked():
    """A constitutional court may stand above the court whose word foreign courts take."""
    assert apexes(COURTS) == {"US": "us-scotus", "IE": "ie-sc", "EU": "eu-cjeu"}
    marked = {
        "de-bverfg": Court("de-bverfg", "Constitutional Court", "DE", None),
        "de-bgh": Court("de-bgh", "Federal Court of Justice", "DE", "de-bverfg", apex=True),
    }
    assert apexes(marked) == {"DE": "de-bgh"}


def test_the_unions_law_is_law_in_its_members_and_no_members_law_elsewhere():
    """By the lines of their courts."""
    assert lawgivers(COURTS) == {"US": {"US"}, "IE": {"IE", "EU"}, "EU": {"EU"}}
