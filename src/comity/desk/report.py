"""The transparency report of a period, counted from the matters themselves."""

from __future__ import annotations

from datetime import datetime

from comity.desk.matter import demand_of, load
from comity.desk.office import Office
from comity.kernel import report as rooms
from comity.kernel.report import Report, Rules


def report(office: Office, since: datetime, until: datetime, threshold: int = 5) -> Report:
    """Demands served in [since, until) by place, instrument and outcome; small numbers are withheld."""
    matters = [load(office, name) for name in office.matters()]
    counted = (rooms.counted(demand_of(matter), matter, since, until) for matter in matters if matter.of("confirmed"))
    return rooms.report((one for one in counted if one is not None), (since, until), Rules(threshold))
