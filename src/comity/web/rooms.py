"""The rooms of the desk as a reader sees them: the line on top of every page, and the line on top of a matter's."""

from __future__ import annotations

from typing import Final

from comity.desk.roles import WATCHERS

ROOMS: Final = (
    ("/", "Inbox"),
    ("/intake", "Intake"),
    ("/filings", "Portal"),
    ("/notices", "Court notices"),
    ("/tasks", "Tasks"),
    ("/agencies", "Agencies"),
    ("/law", "Law"),
    ("/estate", "Estate"),
    ("/exposure", "Exposure"),
    ("/reports", "Reports"),
    ("/ledger", "Ledger"),
    ("/people", "People"),
    ("/alarms", "Alarms"),
)
"""Address and name of each room."""
WATCHED: Final = {"/alarms": WATCHERS}
"""Rooms that are shown to some roles alone."""
OF_A_MATTER: Final = (
    ("", "The matter"),
    ("/papers", "Papers"),
    ("/authenticity", "Authenticity"),
    ("/collect", "Collect"),
    ("/review", "Review"),
    ("/production", "Production"),
    ("/notice", "Notice"),
    ("/letters", "Letters"),
)
"""What follows a matter's address, and the name of the page there."""
