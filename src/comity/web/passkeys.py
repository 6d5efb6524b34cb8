"""Passkeys: a person proves who they are with a key that their device keeps, and that answers no other site than ours.

A ceremony has two halves. We begin it with a challenge; the browser finishes it with the challenge signed. A challenge
is good once, for five minutes, for the browser it was made for, and for the purpose it was made for: one given to sign
in approves nothing. The device must verify its holder (a finger, a face, a PIN). A device that counts its signatures
must count upwards: a counter that stands still or goes back may be a copy of the key, and is refused.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from threading import RLock
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from comity.errors import ComityError, Unreadable, Unwritable

FILE: Final = "passkeys.json"
LIVES: Final = timedelta(minutes=5)
OPEN: Final = 5000
"""How many ceremonies may have begun and not ended; the oldest make way."""
REGISTER: Final = "register"
SIGN_IN: Final = "sign-in"


class NoPasskeys(ComityError):
    """passkeys cannot be used under `{url}`: {why}"""

    help = "serve it for this machine alone, or behind a name with TLS: --behind https://NAME"
    exit_code = 3


class NoLibrary(ComityError):
    """nothing here can check passkeys"""

    help = "install comity[web]"
    exit_code = 3


class NotThisPasskey(ComityError):
    """this passkey was not accepted: {why}"""

    help = "try again with the passkey that you registered here; nothing was done"
    exit_code = 5


class CounterWentBack(ComityError):
    """this passkey has signed more often elsewhere than it says: there may be a copy of it"""

    help = "tell whoever runs this site; the passkey must be struck and a new one registered"
    exit_code = 5


@dataclass(frozen=True)
class Party:
    """The site to which passkeys belong: the name they are bound to, and the origin at which browsers offer them."""

    id: str
    origin: str
    title: str

    @classmethod
    def at(cls, url: str, title: str) -> Party:
        """The site at the address that people use; this machine's own addresses are all `localhost` to a passkey."""
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), f":{parts.port}" if parts.port else ""
        number = _number(host)
        if host == "localhost" or (number and number.is_loopback):
            return cls("localhost", f"{parts.scheme}://localhost{port}", title)
        if parts.scheme != "https":
            raise NoPasskeys(url=url, why="browsers offer them only over https")
        if number or not host:
            raise NoPasskeys(url=url, why="a passkey is bound to a name, not to a number")
        return cls(host, f"https://{host}{port}", title)


def _number(host: str) -> Any:
    try:
        return ip_address(host)
    except ValueError:
        return None


@dataclass(frozen=True)
class Passkey:
    """A person's passkey: its public half, how often it says it has signed, since when it is here, and its name."""

    id: str
    person: str
    public: str
    counter: int
    since: str
    name: str = ""


class Keyring(Protocol):
    """Where passkeys are kept."""

    def of(self, person: str) -> tuple[Passkey, ...]:
        """Every passkey of a person."""

    def find(self, id: str) -> Passkey | None:
        """The passkey of this id."""

    def add(self, passkey: Passkey) -> None:
        """Keep a passkey; refuses an id that is kept already."""

    def count(self, id: str, counter: int) -> None:
        """Keep how often it has signed; refuses a counter that does not go up, unless the device never counts."""

    def strike(self, person: str, id: str = "") -> int:
        """Let go of a person's passkey, or of all of them; how many there were."""


class FileKeyring:
    """Passkeys in one file that its owner alone may read, written whole. No secret is in it: only public halves."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, RLock()

    def of(self, person: str) -> tuple[Passkey, ...]:
        """Every passkey of a person, in the order in which they were registered."""
        return tuple(one for one in self._read().values() if one.person == person)

    def find(self, id: str) -> Passkey | None:
        """The passkey of this id."""
        return self._read().get(id)

    def add(self, passkey: Passkey) -> None:
        """Keep a passkey that is not kept yet."""
        with self._lock:
            kept = self._read()
            if passkey.id in kept:
                raise NotThisPasskey(why="it is registered already")
            self._write([*kept.values(), passkey])

    def count(self, id: str, counter: int) -> None:
        """Keep how often a passkey has signed, if that goes up."""
        with self._lock:
            kept = self._read()
            if id not in kept:
                raise NotThisPasskey(why="it is not registered here")
            before = kept[id].counter
            if counter <= before and (counter or before):
                raise CounterWentBack
            if counter != before:
                self._write((kept | {id: replace(kept[id], counter=counter)}).values())

    def strike(self, person: str, id: str = "") -> int:
        """Let go of one passkey of a person, or of all."""
        with self._lock:
            kept = self._read()
            left = [one for one in kept.values() if one.person != person or id not in ("", one.id)]
            if len(left) < len(kept):
                self._write(left)
            return len(kept) - len(left)

    def call(self, person: str, id: str, name: str) -> None:
        """Give a person's passkey a name by which they know it."""
        with self._lock:
            kept = self._read()
            if id not in kept or kept[id].person != person:
                raise NotThisPasskey(why="it is not registered here")
            self._write((kept | {id: replace(kept[id], name=name)}).values())

    def _read(self) -> dict[str, Passkey]:
        try:
            rows = json.loads(self._path.read_bytes())
            return {row["id"]: Passkey(**row) for row in rows}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise Unreadable(path=str(self._path), why=error.strerror or str(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(path=str(self._path), why="it is not a list of passkeys") from error

    def _write(self, passkeys: Iterable[Passkey]) -> None:
        """Whole or not at all: written beside its place, which makes it its owner's alone, then renamed."""
        raw, beside = json.dumps([asdict(one) for one in passkeys], indent=1).encode() + b"\n", None
        try:
            descriptor, beside = tempfile.mkstemp(prefix="new-", dir=self._path.parent)
            with open(descriptor, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(descriptor)
            os.replace(beside, self._path)
        except OSError as error:
            if beside:
                Path(beside).unlink(missing_ok=True)
            raise Unwritable(path=str(self._path), why=error.strerror or str(error)) from error


@dataclass(frozen=True)
class Begun:
    """A ceremony that has begun: its challenge, for whom (nobody yet, when signing in), and until when it is good."""

    challenge: bytes
    person: str
    until: datetime


class Passkeys:
    """The ceremonies of one site. `session` is whatever marks one browser: a ceremony ends where it began."""

    def __init__(self, party: Party, keyring: Keyring) -> None:
        self.party, self.keyring = party, keyring
        self._begun: OrderedDict[tuple[str, str], Begun] = OrderedDict()
        self._lock = RLock()

    def begin_registration(self, person: str, session: str, at: datetime, shown: str = "") -> str:
        """What a browser needs to make a passkey for a person (`shown` is the name that they see), as JSON."""
        lib, kinds = _library()
        required = kinds.UserVerificationRequirement.REQUIRED
        options = lib.generate_registration_options(
            rp_id=self.party.id,
            rp_name=self.party.title,
            user_name=shown or person,
            user_id=sha256(f"{self.party.id} {person}".encode()).digest(),
            challenge=self._begin(REGISTER, session, person, at),
            exclude_credentials=self._described(person),
            authenticator_selection=kinds.AuthenticatorSelectionCriteria(
                resident_key=kinds.ResidentKeyRequirement.REQUIRED, user_verification=required
            ),
        )
        return str(lib.options_to_json(options))

    def finish_registration(self, session: str, answer: str, at: datetime) -> Passkey:
        """The passkey that a browser made, kept from now on for the person it was begun for."""
        begun, lib = self._end(REGISTER, session, at), _library()[0]
        try:
            found = lib.verify_registration_response(**self._expected(begun, answer))
        except Exception as error:  # an answer comes from outside: whatever it breaks there, it is refused
            raise NotThisPasskey(why="its answer could not be verified") from error
        text = lib.helpers.bytes_to_base64url
        public = text(found.credential_public_key)
        made = Passkey(text(found.credential_id), begun.person, public, found.sign_count, at.isoformat())
        self.keyring.add(made)
        return made

    def begin_sign_in(self, session: str, at: datetime) -> str:
        """What a browser needs to offer its passkeys of this site, as JSON; it tells nothing of who has one."""
        return self._ask(self._begin(SIGN_IN, session, "", at), [])

    def finish_sign_in(self, session: str, answer: str, at: datetime) -> Passkey:
        """Whose passkey answered."""
        return self._answered(self._end(SIGN_IN, session, at), answer)

    def begin_step_up(self, person: str, session: str, purpose: str, at: datetime) -> str:
        """What a browser needs to have somebody who is signed in prove it once more, for one act (`purpose`)."""
        described = self._described(person)
        if not described:
            raise NotThisPasskey(why=f"{person} has no passkey here")
        return self._ask(self._begin(f"step-up {purpose}", session, person, at), described)

    def finish_step_up(self, session: str, purpose: str, answer: str, at: datetime) -> Passkey:
        """The passkey of the person it was begun for, who proved it for this act and no other."""
        return self._answered(self._end(f"step-up {purpose}", session, at), answer)

    def _ask(self, challenge: bytes, allowed: list[Any]) -> str:
        lib, kinds = _library()
        options = lib.generate_authentication_options(
            rp_id=self.party.id, challenge=challenge, allow_credentials=allowed,
            user_verification=kinds.UserVerificationRequirement.REQUIRED,
        )  # fmt: skip
        return str(lib.options_to_json(options))

    def _expected(self, begun: Begun, answer: str) -> dict[str, Any]:
        """What every answer must be to: this challenge, at this site, of somebody whom their device knows."""
        return {
            "credential": answer, "expected_challenge": begun.challenge, "expected_rp_id": self.party.id,
            "expected_origin": self.party.origin, "require_user_verification": True,
        }  # fmt: skip

    def _answered(self, begun: Begun, answer: str) -> Passkey:
        lib = _library()[0]
        kept = self.keyring.find(_id_of(answer))
        if kept is None or begun.person not in ("", kept.person):
            raise NotThisPasskey(why="it is not registered here")
        try:
            found = lib.verify_authentication_response(
                **self._expected(begun, answer),
                credential_public_key=lib.base64url_to_bytes(kept.public),
                credential_current_sign_count=0,  # the keyring compares, once the signature is known to be good
            )
        except Exception as error:  # an answer comes from outside: whatever it breaks there, it is refused
            raise NotThisPasskey(why="its answer could not be verified") from error
        self.keyring.count(kept.id, found.new_sign_count)
        return replace(kept, counter=found.new_sign_count)

    def _described(self, person: str) -> list[Any]:
        lib, kinds = _library()
        named = (lib.base64url_to_bytes(one.id) for one in self.keyring.of(person))
        return [kinds.PublicKeyCredentialDescriptor(id=id) for id in named]

    def _begin(self, purpose: str, session: str, person: str, at: datetime) -> bytes:
        challenge = os.urandom(32)
        with self._lock:
            self._begun.pop((session, purpose), None)
            self._begun[(session, purpose)] = Begun(challenge, person, at + LIVES)
            while len(self._begun) > OPEN:
                self._begun.popitem(last=False)
        return challenge

    def _end(self, purpose: str, session: str, at: datetime) -> Begun:
        """The ceremony that began here for this purpose; whatever follows, it is over."""
        with self._lock:
            begun = self._begun.pop((session, purpose), None)
        if begun is None or at >= begun.until:
            raise NotThisPasskey(why="it answers nothing that was asked of late at this browser")
        return begun


def _id_of(answer: str) -> str:
    try:
        return str(json.loads(answer)["id"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotThisPasskey(why="the browser sent no answer of a passkey") from error


def _library() -> tuple[Any, Any]:
    """The library and its kinds of things, read when first needed."""
    try:
        import webauthn
        from webauthn.helpers import structs
    except ImportError as error:
        raise NoLibrary from error
    return webauthn, structs
