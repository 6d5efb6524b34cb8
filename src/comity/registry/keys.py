"""Ed25519 keys of the log and of witnesses, in the text forms other transparency tools read (C2SP signed-note).

The private key is one line, `PRIVATE+KEY+name+id+base64(type, seed)`, in a file that only its owner may read; the
public key is `name+id+base64(type, key)` and may be handed to anyone who is to check a checkpoint.
"""

from __future__ import annotations

import base64
import os
import re
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from comity.errors import ComityError, Unreadable
from comity.kernel.ledger import COSIGNATURE, ED25519, Key
from comity.registry.port import Signer

_PREFIX = "PRIVATE+KEY+"
_LIMIT = 4096
_LINE = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})")


class KeyExposed(ComityError):
    """the private key `{path}` can be read by others"""

    help = "run `chmod 600 {path}`; if others may have read it, make a new key and tell who relies on the old one"
    exit_code = 7


class KeyFaulty(ComityError):
    """`{key}` is not a usable key: {why}"""

    help = "use the whole line as it was written when the key was made"
    exit_code = 7


class KeyNotKept(ComityError):
    """cannot write the private key `{path}`: {why}"""

    help = "choose another path; a key is never overwritten"
    exit_code = 7


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is Ed25519 of `message` under the 32 octets `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signer(name: str, seed: bytes, kind: int = ED25519) -> Signer:
    """The signing key of 32 secret octets under a name, which for a log is its origin."""
    if not re.fullmatch(r"[^\s+]+", name):
        raise KeyFaulty(key=name, why="a key's name has neither spaces nor `+`")
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return Signer(Key(name, kind, private.public_key().public_bytes_raw()), private.sign)


def generate(path: Path, name: str, seed: bytes | None = None) -> Signer:
    """Make a log's key and keep it in a new file of mode 0600; without `seed` its 32 octets are the system's chance."""
    seed = os.urandom(32) if seed is None else seed
    made = signer(name, seed)
    line = f"{_PREFIX}{name}+{made.key.id.hex()}+{base64.b64encode(bytes([ED25519]) + seed).decode()}\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise KeyNotKept(path=path, why=error.strerror) from error
    return made


def load(path: Path) -> Signer:
    """The private key in a file; refused when anybody but its owner may read it, as ssh does."""
    try:
        with open(path, encoding="utf-8") as file:
            exposed = stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077
            line = file.read(_LIMIT).strip()
    except OSError as error:
        raise Unreadable(path=path, why=error.strerror) from error
    except UnicodeDecodeError as error:
        raise KeyFaulty(key=path, why="it is not text") from error
    if exposed:
        raise KeyExposed(path=path)
    if not line.startswith(_PREFIX):
        raise KeyFaulty(key=path, why="it is not a private key")
    name, identity, kind, seed = _parts(line.removeprefix(_PREFIX), str(path))
    made = signer(name, seed, kind)
    if made.key.id.hex() != identity:
        raise KeyFaulty(key=path, why="its name and id do not belong together")
    return made


def read_key(text: str) -> Key:
    """The public key in its text form, `str(key)`."""
    # Only the name is ever repeated in an error: what was given may be a private key by mistake.
    shown = text.strip().partition("+")[0]
    name, identity, kind, public = _parts(text.strip(), shown)
    key = Key(name, kind, public)
    if key.id.hex() != identity:
        raise KeyFaulty(key=shown, why="its name and id do not belong together")
    return key


def _parts(line: str, shown: str) -> tuple[str, str, int, bytes]:
    found = _LINE.fullmatch(line)
    octets = base64.b64decode(found[3]) if found else b""
    if not found or octets[0] not in (ED25519, COSIGNATURE):
        raise KeyFaulty(key=shown, why="it is not `name+id+base64` of an Ed25519 key")
    return found[1], found[2], octets[0], octets[1:]
