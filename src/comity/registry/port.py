"""What the office asks of any registry, whatever database lies under it.

A registry keeps the events of every matter in one log that only grows. Each event is one entry: its payload, a leaf
that binds it in the Merkle tree, the inner nodes this leaf completes and the signed head are written together or not
at all. Once a call that writes returns, what it wrote outlives a power cut. Every adapter passes the same kit
(`tests/kits/registry_kit.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from comity.errors import ComityError
from comity.kernel.ledger import Key
from comity.registry.jobport import End, Jobs

ERASED = "erased"
"""The kind of the event that says an earlier entry's payload was erased."""

KIND_LIMIT = 100
"""Characters in the name of a kind of event."""


class RegistryError(ComityError):
    """the registry cannot go on"""

    exit_code: ClassVar[int] = 7


class NoRegistry(RegistryError):
    """there is no registry at `{path}`: {why}"""

    help = "give the path or address of a registry, or make a new one with `comity init`"


class AlreadyThere(RegistryError):
    """there is already something at `{path}`"""

    help = "choose another path; a registry is never overwritten"


class NewerRegistry(RegistryError):
    """the registry `{path}` has format {found}; this comity reads up to {known}"""

    help = "install the comity that wrote it, or a newer one"


class OlderRegistry(RegistryError):
    """the registry `{path}` has format {found}; this comity writes {known}"""

    help = "let the database's owner run `comity ledger upgrade`; no entry is touched"


class NotWritten(RegistryError):
    """nothing was written to the registry `{path}`: {why}"""

    help = "mend the cause and run the command again; the registry is as it was before"


class Unavailable(RegistryError):
    """cannot read the registry `{path}`: {why}"""

    help = "mend the cause and run the command again"


class Unreachable(RegistryError):
    """cannot reach the registry `{path}`: {why}"""

    help = (
        "see that the server runs, that host, port and database are right, and that you are let in: the user from "
        "the address or PGUSER, the password from PGPASSFILE, PGPASSWORD or a service file"
    )


class NotAllowed(RegistryError):
    """you may not do this in the registry `{path}`: {why}"""

    help = "use a role that may: what each act needs stands in docs/howto/office-on-postgresql.md"


class ConnectionLost(RegistryError):
    """the connection to the registry `{path}` was lost; nothing was written"""

    help = "run the command again"


class Unsafe(RegistryError):
    """the server of `{path}` cannot hold a registry: {why}"""

    help = "have it set right, or name another server; nothing was written"


class Unsure(RegistryError):
    """whether the last event was written to the registry `{path}` is not known: {why}"""

    help = "once the server can be reached, look with `comity ledger show`; run the command again only if it is missing"


class NoDriver(RegistryError):
    """the registry is on PostgreSQL, and nothing here can speak to it"""

    help = "install comity[pg]"


class Damaged(RegistryError):
    """the registry `{path}` is damaged: {why}"""

    help = "run `comity ledger verify` to see where, write nothing more to it, and restore it from a copy"


class WrongSigner(RegistryError):
    """the registry `{path}` is the log `{origin}`; {why}"""

    help = "use the key that was made with this registry"


class Overtaken(RegistryError):
    """matter `{matter}` has {found} events where you saw {seen}: somebody else wrote to it first"""

    help = "read the matter again, look at what is new, and decide again"


class NothingToErase(RegistryError):
    """entry {index} has nothing to erase: {why}"""

    help = "list the entries of the matter to see which still hold a payload"


@dataclass(frozen=True, slots=True)
class Signer:
    """The log's own key: its public half and the function that signs; its name is the log's origin."""

    key: Key
    sign: Callable[[bytes], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An event about to be written; moments are aware, `payload` is whatever the desk wants back, octet for octet.

    Any kind but `erased`, which only the registry itself writes.
    """

    matter: str
    kind: str
    happened: datetime
    known: datetime
    payload: bytes

    def __post_init__(self) -> None:
        assert self.happened.tzinfo and self.known.tzinfo, "a moment without its zone is not a moment"
        assert self.matter and "\0" not in self.matter, "a matter's name is text that any database keeps"
        assert 0 < len(self.kind) <= KIND_LIMIT


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as kept: `index` in the log and `nth` in its matter, both from 0.

    `leaf` is what the tree binds. `payload` and `salt` are None once erased; together with the leaf they are what a
    reader needs to see that a payload is the one that was written.
    """

    index: int
    matter: str
    nth: int
    kind: str
    happened: datetime
    known: datetime
    leaf: bytes
    salt: bytes | None = field(repr=False)
    payload: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a matter has come: how many events it has, and the leaf of the last one, which no other entry shares."""

    count: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it lies in the store, unread: what `check` judges.

    `nodes` are the hashes, level 0 first, of the full subtrees that end with this entry; `head` is the key id and
    signature under the checkpoint of the log that ends here, None inside a batch; `pseudonym` is what the leaf must
    call the matter.
    """

    index: int
    matter: str
    nth: int
    pseudonym: str
    nodes: tuple[bytes, ...]
    head: bytes | None
    leaf: bytes
    salt: bytes | None
    payload: bytes | None


class Registry(Jobs, Protocol):
    """One log, and the jobs beside it. Several processes may write to it; one object of it belongs to one thread."""

    @property
    def origin(self) -> str:
        """The name of the log, first line of all its checkpoints."""
        ...

    def append(self, entry: NewEntry, expected: int | None = None) -> Entry:
        """Write one event and sign the new head.

        `expected` is how many events of the matter the caller has seen; if there are others, `Overtaken` is raised and
        nothing is written. Without it the event is written whatever others did meanwhile.
        """
        ...

    def append_all(
        self, entries: Iterable[NewEntry], expected: Mapping[str, int] | None = None, ends: End | None = None
    ) -> list[Entry]:
        """Write events in their order under one signed head: all of them, or none.

        `expected` gives, for any of the matters, the number of events seen before this call. `ends` is the job that
        these events came of: it ends with them, or neither is written (LeaseLost).
        """
        ...

    def entries(self, matter: str | None = None, start: int = 0) -> Iterator[Entry]:
        """The entries from index `start`, of one matter or of all, in the order of writing.

        Entries written while iterating are seen too.
        """
        ...

    def latest(self, most: int, but: str = "") -> list[Entry]:
        """The last entries, newest first; those of one matter are passed over."""
        ...

    def mark(self, matter: str) -> Mark:
        """How far a matter has come; `Mark(0, b"")` where it has not begun."""
        ...

    def payload(self, index: int) -> bytes | None:
        """The payload of one entry, None when erased; `LookupError` when the log is not that long."""
        ...

    def erase(self, index: int, why: str, at: datetime) -> Entry:
        """Remove the payload and salt of an entry for good, and write that this was done, both or neither.

        The `erased` event belongs to the same matter and its payload is the canonical JSON `{"index", "why"}`. It stays
        itself: erasing an erasure, or twice, is `NothingToErase`. No proof, root or checkpoint changes.
        """
        ...

    def size(self) -> int:
        """How many entries the log has."""
        ...

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree over all entries, or over the first `size` of them."""
        ...

    def checkpoint(self) -> str:
        """The signed note over the present head (C2SP tlog-checkpoint)."""
        ...

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """The proof that entry `index` is in the tree of `size` entries (of all, by default); `LookupError` if not."""
        ...

    def consistency(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """The proof that the tree of `new` entries (of all, by default) is that of `old` with entries only added."""
        ...

    def matters(self) -> dict[str, int]:
        """How many events each matter has, in the order in which the matters began."""
        ...

    def rows(self) -> Iterator[Row]:
        """Everything as it lies in the store, unread and in order, for `check`."""
        ...

    def close(self) -> None:
        """Let go of the store; the object is of no use afterwards."""
        ...
