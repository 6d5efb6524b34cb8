"""What a letter of its own kind is about: the account whose user is told, the production that is certified.

A notice may be prepared while telling is forbidden; no paper is made of it and it is not finished before nothing
forbids it and its clock says that it is due. A certificate is made only of what left, as its manifest was kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from comity.desk.matter import demand_of
from comity.desk.notice import NotDue, notices, telling_of
from comity.desk.office import Office
from comity.desk.parcel import read_manifest
from comity.desk.release import custodian
from comity.desk.review import leaving
from comity.errors import ComityError
from comity.kernel.matter import Event, Matter
from comity.letters.certificate import Certified
from comity.letters.drafts.edit import Draft
from comity.letters.drafts.model import ABOUT, File, Letter
from comity.letters.notice import allowed
from comity.registry.blobs import BlobMissing, Blobs


class NothingToSay(ComityError):
    """no {kind} can be made in matter `{matter}`: {why}"""

    help = "see `comity decide {matter}`; a memo can always be made"
    exit_code = 5


def subjects(matter: Matter, kind: str) -> tuple[str, ...]:
    """What a letter of a kind can be about: each account of the demand, or each production, the last one first."""
    if kind == "notice":
        return demand_of(matter).scope.accounts
    return tuple(event.get("file") for event in reversed(matter.of("produced"))) if kind == "certificate" else ()


def about(office: Office, matter: Matter, file: File, kind: str, chosen: str) -> File:
    """All that a letter is made from, with what it is about; of several accounts one must be chosen."""
    if kind not in ABOUT:
        return file
    found = subjects(matter, kind)
    if kind == "notice":
        one = chosen.strip().lower() or (found[0] if len(found) == 1 else "")
        if one not in found:
            why = f"it is not about `{one}`; its accounts are {', '.join(found)}" if one else "say which account"
            raise NothingToSay(kind=kind, matter=matter.id, why=why)
        return replace(file, about=one, telling=telling_of(office, matter, one))
    one = chosen.strip() or next(iter(found), "")
    if one not in found:
        why = f"`{one}` is no production of it" if one else "nothing has been produced"
        raise NothingToSay(kind=kind, matter=matter.id, why=why)
    return replace(file, about=one, certified=_certified(office, matter, one))


def _certified(office: Office, matter: Matter, file: str) -> Certified:
    event = next(event for event in reversed(matter.of("produced")) if event.get("file") == file)
    try:
        octets = b"".join(Blobs(office.root / "blobs").read(event.get("manifest")))
    except BlobMissing as error:
        why = f"the manifest of `{file}` was not kept when it left"
        raise NothingToSay(kind="certificate", matter=matter.id, why=why) from error
    manifest = read_manifest(octets)
    assert manifest is not None, "a blob that has the digest of a manifest is one"
    before = Matter(matter.id, tuple(e for e in matter.as_known(event.known).events if e != event))
    return Certified(manifest, custodian(office, demand_of(matter), event.by), leaving(office, before)[1])


def barred(office: Office, matter: Matter, letter: Letter, at: datetime) -> ComityError | None:
    """Why a letter may not be given now; None if it may. Only a notice waits: for its clock, and for every order."""
    if letter.kind != "notice":
        return None
    try:
        now = next((one for one in notices(office, matter, at) if one.account == letter.about), None)
        if now is None or now.state in ("given", "not-required"):
            why = now.says if now else "the demand does not name it"
            return NotDue(account=letter.about, why=why, matter=matter.id)
        allowed(now, letter.about)
    except ComityError as error:
        return error
    return None


def notified(draft: Draft, by: str, at: datetime) -> Event:
    """That the user was told, by a letter that was finished."""
    data = (("account", draft.letter.about), ("letter", draft.id))
    source = f"{draft.id}, version {draft.version}"
    return Event("", "notified", at, at, f"the user of {draft.letter.about} was told", source, by, data=data)
