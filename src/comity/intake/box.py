"""Where a mailbox on a server lies; what speaks to it is loaded only when it is read (`imap.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}
"""How what goes over the line is kept secret, and the port where that is usual."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a mailbox lies, and how one signs in there. The password is shown nowhere."""

    host: str
    user: str
    folder: str = "INBOX"
    port: int = 0
    security: str = "tls"
    authority: Path | None = None
    """Certificates (PEM) that the server's must stand on, if not those of the system."""

    @property
    def name(self) -> str:
        """The folder's name among all there are."""
        return f"{self.user}@{self.host}/{self.folder}"
