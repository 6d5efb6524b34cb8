"""Who is who: a link that lets one person in once, the session that follows, and forms that act once.

A link is a secret of 256 bits. The office's folder keeps only its hash, the person and the end of it, in a file that
its owner alone may read; whoever takes the file away first has used the link. Sessions live in the memory of the server
and end with it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Final

from comity.desk.office import Office
from comity.errors import ComityError, Unwritable

FOLDER: Final = "sign-in"
LINK_LIVES: Final = timedelta(minutes=10)
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=10)
LEAVE_LIVES: Final = timedelta(minutes=5)
FORMS: Final = 400
"""How many forms of one session may lie open."""


class BadLink(ComityError):
    """this link does not let anybody in: it was used, has run out, or never was one"""

    help = "have a new one made: `comity link PERSON`, on the machine that serves the desk"
    exit_code = 5


class NotYourForm(ComityError):
    """this form was not made for this session, or has lain open too long; nothing was done"""

    help = "go back to the page, look at it again, and send its form anew"
    exit_code = 5


def make_link(office: Office, person: str, at: datetime) -> str:
    """A new link's secret for somebody who works here; it lets that person in once, within ten minutes."""
    office.person(person)
    folder, secret = office.root / FOLDER, secrets.token_urlsafe(32)
    kept = json.dumps({"person": person, "until": (at + LINK_LIVES).isoformat()})
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _sweep(folder, at)
        with open(os.open(_file(folder, secret), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(kept)
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    return secret


def _file(folder: Path, secret: str) -> Path:
    return folder / sha256(secret.encode()).hexdigest()


def _sweep(folder: Path, at: datetime) -> None:
    for file in folder.iterdir():
        if _person(file, at) is None:
            file.unlink(missing_ok=True)


def _person(file: Path, at: datetime) -> str | None:
    """Whom a kept link lets in; None when it has run out or cannot be read."""
    try:
        kept = json.loads(file.read_bytes())
        return str(kept["person"]) if at < datetime.fromisoformat(kept["until"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def look_at_link(root: Path, secret: str, at: datetime) -> str:
    """Whom a link would let in; it stays unused."""
    person = _person(_file(root / FOLDER, secret), at)
    if person is None:
        raise BadLink
    return person


def use_link(root: Path, secret: str, at: datetime) -> str:
    """Whom a link lets in, now and never again."""
    person, file = look_at_link(root, secret, at), _file(root / FOLDER, secret)
    try:
        file.unlink()  # of two who come at once, one finds it gone
    except OSError as error:
        raise BadLink from error
    return person


@dataclass
class Session:
    """One person at one browser, from signing in to signing out, half an hour idle, or ten hours."""

    person: str
    began: datetime
    seen: datetime
    key: str
    by: str = "link"
    """What let them in: a link, or a passkey."""
    leaves: dict[str, datetime] = field(default_factory=dict)
    forms: OrderedDict[str, str | None] = field(default_factory=OrderedDict)
    told: list[str] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)

    def over(self, at: datetime) -> bool:
        """Whether it has run out."""
        return at >= self.seen + IDLE or at >= self.began + LONGEST

    def form(self) -> str:
        """The secret of a new form: it proves that our page sent it, and lets it act once."""
        with self.lock:
            token = secrets.token_urlsafe(24)
            self.forms[token] = None
            while len(self.forms) > FORMS:
                self.forms.popitem(last=False)
            return token

    def led_to(self, token: str) -> str | None:
        """Where a form that was sent before led to; None if it was not sent yet. Refuses what is no form of ours."""
        if token not in self.forms:
            raise NotYourForm
        return self.forms[token]

    def leave(self, at: datetime) -> str:
        """A secret for the one page that is shown next: whoever sends it has seen that page, not only the cookie."""
        with self.lock:
            secret = secrets.token_urlsafe(24)
            self.leaves[secret] = at + LEAVE_LIVES
            return secret

    def took_leave(self, secret: str, at: datetime) -> bool:
        """Whether such a secret is good still; afterwards it is not."""
        with self.lock:
            until = self.leaves.pop(secret, None)
            return until is not None and at < until

    def listen(self) -> list[str]:
        """What this person is to be told once."""
        with self.lock:
            told, self.told = self.told, []
            return told


class Sessions:
    """Everybody who is signed in, by the hash of the secret that their browser keeps."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._open: dict[str, Session] = {}

    def begin(self, person: str, at: datetime, by: str = "link") -> str:
        """Let a person in by a link or a passkey; gives the secret for the browser to keep."""
        secret = secrets.token_urlsafe(32)
        key = sha256(secret.encode()).hexdigest()
        with self._lock:
            self._open = {key: session for key, session in self._open.items() if not session.over(at)}
            self._open[key] = Session(person, at, at, key, by)
        return secret

    def of(self, secret: str | None, at: datetime) -> Session | None:
        """The session that a browser's secret belongs to, if it has not run out; it was seen now."""
        with self._lock:
            session = self._open.get(sha256((secret or "").encode()).hexdigest())
            if session is None:
                return None
            if session.over(at):
                self.end(session)
                return None
            session.seen = max(session.seen, at)
            return session

    def end(self, session: Session) -> None:
        """Sign out."""
        with self._lock:
            self._open.pop(session.key, None)

    def of_person(self, person: str, at: datetime) -> list[Session]:
        """Every session that somebody has open, the one that began last first."""
        with self._lock:
            found = [one for one in self._open.values() if one.person == person and not one.over(at)]
        return sorted(found, key=lambda one: one.began, reverse=True)

    def end_all(self, person: str) -> int:
        """Sign somebody out wherever they are signed in; gives how many sessions that were."""
        with self._lock:
            found = [session for session in self._open.values() if session.person == person]
            for session in found:
                self.end(session)
        return len(found)

    def present(self, at: datetime) -> dict[str, int]:
        """How many sessions each person has open."""
        with self._lock:
            people = [session.person for session in self._open.values() if not session.over(at)]
        return {person: people.count(person) for person in sorted(people)}
