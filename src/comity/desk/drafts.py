"""Where drafts lie: in the office's folder, a file for every saving, and none is ever written over.

A draft is counsel's work and not yet an act of the office, so no event tells of it before it is finished. A version is
taken by whoever puts its file there first; who comes second is told what the first one wrote.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from comity.desk.office import Office
from comity.errors import ComityError, Unreadable, Unwritable
from comity.letters.drafts.edit import Draft
from comity.registry.files import flush_folder

FOLDER: Final = "drafts"
_ID: Final = re.compile(r"[a-z]+-[1-9]\d{0,5}")
_FILE: Final = re.compile(r"(\d{6})\.json")


class NoDraft(ComityError):
    """matter `{matter}` has no letter `{id}`"""

    help = "`comity letter list {matter}` shows what there is"
    exit_code = 2


class DraftOvertaken(ComityError):
    """{by} saved version {version} of `{id}` meanwhile; what you wrote was not kept"""

    help = "read what changed beside your own words, put the two together, and save again"
    exit_code = 5

    def __init__(self, newer: Draft) -> None:
        """`newer` is the draft as the other left it."""
        self.newer = newer
        super().__init__(by=newer.saved_by or newer.by, version=newer.version, id=newer.id)


class DraftUnfit(ComityError):
    """`{path}` is no draft that comity wrote"""

    help = "restore the file from a copy, or take it away and make the letter anew"
    exit_code = 3


def _folder(office: Office, matter: str) -> Path:
    return office.root / FOLDER / sha256(matter.encode()).hexdigest()[:32]


def begin(office: Office, draft: Draft) -> Draft:
    """Keep a new draft under the next free number of its kind."""
    folder = _folder(office, draft.matter)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1 + max((int(id.rpartition("-")[2]) for id in _ids(folder, draft.letter.kind)), default=0)
        while True:
            id = f"{draft.letter.kind}-{number}"
            try:
                (folder / id).mkdir(mode=0o700)
                break
            except FileExistsError:
                number += 1
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    named = replace(draft, id=id)
    keep(office, named)
    return named


def keep(office: Office, draft: Draft) -> None:
    """Put a version there, whole, if nobody has; otherwise `DraftOvertaken` with the newest."""
    folder = _folder(office, draft.matter) / draft.id
    beside = ""
    try:
        descriptor, beside = tempfile.mkstemp(prefix="new-", dir=folder)
        with open(descriptor, "wb") as file:
            file.write(msgspec.json.encode(draft))
            file.flush()
            os.fsync(descriptor)
        os.link(beside, folder / f"{draft.version:06d}.json")
        flush_folder(folder)
    except FileExistsError as error:
        raise DraftOvertaken(newest(office, draft.matter, draft.id)) from error
    except OSError as error:
        raise Unwritable(path=str(folder), why=error.strerror or str(error)) from error
    finally:
        if beside:
            Path(beside).unlink(missing_ok=True)


def newest(office: Office, matter: str, id: str, version: int | None = None) -> Draft:
    """A draft as it was last saved, or as of one version."""
    folder = _folder(office, matter) / id
    names = sorted(_versions(folder)) if _ID.fullmatch(id) else []
    names = [name for name in names if version is None or name == f"{version:06d}.json"]
    if not names:
        raise NoDraft(matter=matter, id=id)
    path = folder / names[-1]
    try:
        return msgspec.json.decode(path.read_bytes(), type=Draft)
    except OSError as error:
        raise Unreadable(path=str(path), why=error.strerror or str(error)) from error
    except msgspec.MsgspecError as error:
        raise DraftUnfit(path=str(path)) from error


def every(office: Office, matter: str) -> tuple[Draft, ...]:
    """Every draft of a matter as it was last saved, in the order in which they were made."""
    folder = _folder(office, matter)
    found = [newest(office, matter, id) for id in sorted(_ids(folder)) if any(_versions(folder / id))]
    return tuple(sorted(found, key=lambda draft: (draft.at, draft.id)))


def _ids(folder: Path, kind: str = "") -> Iterator[str]:
    names = os.listdir(folder) if folder.is_dir() else []
    yield from (name for name in names if _ID.fullmatch(name) and name.startswith(f"{kind}-" if kind else ""))


def _versions(folder: Path) -> Iterator[str]:
    names = os.listdir(folder) if folder.is_dir() else []
    yield from (name for name in names if _FILE.fullmatch(name))
