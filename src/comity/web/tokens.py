"""Tokens for programs that act for one person of the office: made at the command line, kept as hashes, ended by a day.

A token is a secret of 256 bits, shown once. The office's folder keeps its hash, whose it is, a name to revoke it by and
its end, in a file that its owner alone may read; taking the file away ends the token at once.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from comity.desk.office import Office
from comity.errors import ComityError, Unwritable

FOLDER: Final = "tokens"
LIVES: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=90)
MARK: Final = "comity_"
"""How a token begins, so that a search for lost secrets finds it."""


class TooLong(ComityError):
    """a token ends within 90 days, and not before it begins; `{until}` is no such day"""

    help = "leave out --until (30 days), or name a nearer day; when it ends, make another"
    exit_code = 2


class NoToken(ComityError):
    """there is no token `{name}`"""

    help = "`comity token` lists those that still live"
    exit_code = 2


@dataclass(frozen=True)
class Token:
    """A token that lives: its name, whose it is, since when and until when."""

    name: str
    person: str
    made: datetime
    until: datetime


def make_token(office: Office, person: str, at: datetime, until: datetime | None = None) -> tuple[str, Token]:
    """A new token's secret, for somebody who works here."""
    office.person(person)
    return issue(office.root, person, at, until)


def issue(root: Path, person: str, at: datetime, until: datetime | None = None) -> tuple[str, Token]:
    """A new token's secret, kept as its hash in a folder."""
    ends = until or at + LIVES
    if not at < ends <= at + LONGEST:
        raise TooLong(until=f"{ends:%Y-%m-%d}")
    folder, secret = root / FOLDER, MARK + secrets.token_urlsafe(32)
    file = _file(folder, secret)
    kept = {"person": person, "made": at.isoformat(), "until": ends.isoformat()}
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _sweep(folder, at)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(json.dumps(kept))
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    return secret, Token(file.name[:8], person, at, ends)


def _file(folder: Path, secret: str) -> Path:
    return folder / sha256(secret.encode()).hexdigest()


def _sweep(folder: Path, at: datetime) -> None:
    for file in folder.iterdir():
        if _read(file, at) is None:
            file.unlink(missing_ok=True)


def _read(file: Path, at: datetime) -> Token | None:
    """The token that a file keeps; None when it has ended or cannot be read."""
    try:
        kept = json.loads(file.read_bytes())
        made, until = (datetime.fromisoformat(kept[key]) for key in ("made", "until"))
        return Token(file.name[:8], str(kept["person"]), made, until) if at < until else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def token_of(root: Path, secret: str, at: datetime) -> Token | None:
    """The token that a secret is, if it lives."""
    return _read(_file(root / FOLDER, secret), at) if secret.startswith(MARK) else None


def tokens(root: Path, at: datetime) -> Iterator[Token]:
    """Every token that lives, by the day it was made."""
    folder = root / FOLDER
    found = (_read(file, at) for file in folder.iterdir()) if folder.is_dir() else iter(())
    yield from sorted((one for one in found if one is not None), key=lambda one: (one.made, one.name))


def revoke(root: Path, name: str) -> int:
    """End the tokens of this name, or of this person, at once; gives how many there were."""
    folder, ended = root / FOLDER, 0
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        kept = _read(file, datetime.min.replace(tzinfo=UTC))
        if kept is not None and name in (kept.name, kept.person):
            file.unlink(missing_ok=True)
            ended += 1
    if not ended:
        raise NoToken(name=name)
    return ended
