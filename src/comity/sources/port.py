"""What a mail store is to the rest of comity: the contract every reader keeps, and the words they share.

A store gives its items one by one, each with its place and its octets as they stand there, and never holds them all.
Whatever octets it meets it raises nothing: what is odd becomes a `Fault` in `faults`, what cannot be read is an item
all the same, and is counted. It follows no symbolic link. It reads nothing that was added after the walk began.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from comity.errors import Unreadable
from comity.kernel.collection import Place, Span
from comity.kernel.words import Fault

Kind = Literal["auto", "mbox", "maildir", "eml"]
Variant = Literal["auto", "mboxo", "mboxrd", "mboxcl", "mboxcl2"]

READING: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""How files are opened: never through a symbolic link, and never waiting for a pipe."""

OWNING: Final = (
    "From_",
    "From",
    "Sender",
    "To",
    "Cc",
    "Bcc",
    "Delivered-To",
    "X-Original-To",
    "Return-Path",
    "Envelope-To",
    "X-Envelope-To",
    "Apparently-To",
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Resent-Cc",
    "Resent-Bcc",
)
"""The fields by which an item of a shared archive belongs to an account: it sent the item, or was sent it.

Reply-To is none of them: it says where an answer should go, not who took part.
"""

DATES: Final = ("date", "received", "delivery")
"""Which date counts, in this order: the Date field, the latest Received field, the store's own record of delivery."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the provider says a store is laid out.

    `owner` is the account whose mailbox it is (all items in it are that account's); None is an archive shared by many,
    whose items belong to whoever stands in one of `fields`. `dates` is the basis of dates in order of preference:
    `date`, `received`, `delivery`; a file's time of change is never one. `zone` (an IANA name) is where dates that
    state no zone were written, if that is known.
    """

    id: str
    kind: Kind = "auto"
    owner: str | None = None
    fields: tuple[str, ...] = OWNING
    dates: tuple[str, ...] = DATES
    zone: str | None = None
    variant: Variant = "auto"


class Changed(Unreadable):
    """`{path}` has changed: {why}"""

    help = "let nothing write to the store, and collect again"


@dataclass(frozen=True, slots=True)
class Item:
    """One message where it lies.

    `envelope` is the From_ line before it, if any: no octet of the item. `delivered` is when the store recorded its
    delivery other than there. `quoting` is how lines that begin with "From " are kept in it (an mbox variant, or none).
    """

    place: Place
    path: str
    envelope: bytes = b""
    delivered: Span | None = None
    quoting: str = ""

    def octets(self, limit: int | None = None) -> bytes:
        """The octets as they stand in the store, `limit` at most; `Unreadable` if they cannot be had."""
        with self._opened() as file:
            return self._read(file, 0, self.place.size if limit is None else min(limit, self.place.size))

    def stretches(self, size: int = 1 << 20) -> Iterator[bytes]:
        """All the octets, a stretch at a time."""
        with self._opened() as file:
            for at in range(0, self.place.size, size):
                yield self._read(file, at, min(size, self.place.size - at))

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            file = open_file(self.path)
            try:
                alone = not self.quoting  # in an mbox others may follow
                if alone and os.fstat(file).st_size != self.place.offset + self.place.size:
                    raise Changed(path=str(self.place), why="it has another size")
                yield file
            finally:
                os.close(file)
        except OSError as error:
            raise Unreadable(path=str(self.place), why=error.strerror or "no reason given") from error

    def _read(self, file: int, at: int, size: int) -> bytes:
        got = os.pread(file, size, self.place.offset + at)
        if len(got) < size:
            raise Changed(path=str(self.place), why="it has become shorter")
        return got


@dataclass(frozen=True, slots=True)
class Passed:
    """So many messages were gone past: none of them can be the account's (see `prefilter`)."""

    number: int


class Faults:
    """The faults of one walk: every one up to a number of each name, and how many more there were."""

    EACH: Final = 100

    def __init__(self) -> None:
        self._kept: dict[str, list[Fault]] = {}
        self._more: dict[str, int] = {}

    def add(self, name: str, where: str, what: str, remedy: str) -> None:
        """Keep a fault, or count it if there are many of its name already."""
        kept = self._kept.setdefault(name, [])
        if len(kept) < self.EACH:
            kept.append(Fault(name, where, what, remedy))
        else:
            self._more[name] = self._more.get(name, 0) + 1

    def all(self) -> tuple[Fault, ...]:
        """The faults by name, in the order they were found."""
        found = []
        for name, kept in self._kept.items():
            found += kept
            if more := self._more.get(name):
                found.append(Fault(name, kept[0].where, f"and {more} more like these", kept[0].remedy))
        return tuple(found)


@dataclass(slots=True)
class Gauge:
    """How far a walk is: units done of the total, and items met so far. A unit is an octet or a file."""

    done: int = 0
    total: int = 0
    items: int = 0
    faults: Faults = field(default_factory=Faults)


class Store(Protocol):
    """A mail store. `says` is what it was taken for, and why; `gauge` is filled as a walk goes on."""

    @property
    def layout(self) -> Layout: ...

    @property
    def says(self) -> str: ...

    @property
    def gauge(self) -> Gauge: ...

    def walk(self, accounts: Sequence[str] | None = None) -> Iterator[Item | Passed]:
        """Every item once, in an order that depends on names and octets alone.

        Given `accounts`, messages that cannot be theirs may be passed over, counted; without, every item is given.
        """


Opener = Callable[[str, Layout], Store]


def items(store: Store) -> Iterator[Item]:
    """Every item of a store."""
    return (item for item in store.walk() if isinstance(item, Item))


def open_file(path: str) -> int:
    """A descriptor to read one file by."""
    return os.open(path, READING)


def shown(path: str) -> str:
    """A file name that is surely text: octets that are no UTF-8 as `\\xNN`, a backslash doubled, so none show alike."""
    return os.fsencode(path).replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
