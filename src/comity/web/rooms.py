"""The rooms of the desk as a reader sees them: the line on top of every page, and the line on top of a matter's."""

from __future__ import annotations

from typing import Final

ROOMS: Final = (
    ("/", "Inbox"),
    ("/law", "Law"),
    ("/estate", "Estate"),
    ("/ledger", "Ledger"),
    ("/people", "People"),
)
"""Address and name of each room."""
OF_A_MATTER: Final = (("", "The matter"),)
"""What follows a matter's address, and the name of the page there."""
