"""What-if in a sentence."""

from datetime import date

import pytest
from tests.lawpack.texts import PACK

from comity.kernel.law import Assumption
from comity.lawpack import NotAnAssumption, read_assumption


def test_assumptions_are_read_as_a_person_writes_them(load):
    """A ruling, a happening to an answer, the end of a rule, an instrument or a membership."""
    law = load().law
    day = date(2016, 7, 14)
    ruling = Assumption("reach", "decided", day, False, "us-ca2")
    assert read_assumption("reach=false by us-ca2 on 2016-07-14", law) == ruling
    assert read_assumption(" question.reach = true by us-nysd on 2016-07-14\n", law).answer is True
    for text in ("ca2 reversed", "ca2 stay lifted", "power repealed", "act repealed", "EEA/IE left"):
        target, what = text.split(" ", 1)
        assert read_assumption(f"{text} on 2016-07-14", law) == Assumption(target, what, day)


def test_a_version_of_a_rule_can_be_assumed_away(load):
    """Its id has an `@`, which was once not read."""
    law = load(PACK.replace('"power"', '"power@1"')).law
    assert read_assumption("power@1 repealed on 2016-07-14", law).target == "power@1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("reech=true by us-ca2 on 2016-07-14", "no question `reech`; there is `reach`"),
        ("reach=true by us-ca9 on 2016-07-14", "no court `us-ca9`; there is `us-ca2`"),
        ("reach=true by us-ca2 on 2016-07-32", "`2016-07-32` is not a day"),
        ("reach=maybe by us-ca2 on 2016-07-14", "it has neither shape"),
        ("nothing repealed on 2016-07-14", "`nothing` cannot be `repealed`"),
        ("power left on 2016-07-14", "`power` cannot be `left`"),
        ("ca2 annulled on 2016-07-14", "`ca2` cannot be `annulled`"),
        ("EEA/US left on 2016-07-14", "`EEA/US` cannot be `left`"),
        ("", "it has neither shape"),
    ],
)
def test_what_is_no_assumption_says_why(load, text, why):
    """With the shapes that would do."""
    with pytest.raises(NotAnAssumption) as raised:
        read_assumption(text, load().law)
    assert raised.value.message == f"`{text}` is not an assumption: {why}"
    assert raised.value.exit_code == 2 and "repealed on" in raised.value.remedy
