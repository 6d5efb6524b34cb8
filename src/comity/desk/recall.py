"""What was read of the log and stays so: the log only grows, so of a matter or register only what came since is read.

One recall serves every request of a server. It asks the registry each time how far the matter has come, by the leaf of
its last entry, which no other entry shares; an erasure is an entry too, and lets all that was recalled of its matter
go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Final, Generic, TypeVar, cast

from comity.desk.kept import Kept
from comity.kernel.matter import Event
from comity.registry.port import ERASED, Entry, Mark, Registry

T = TypeVar("T")
Tells = Callable[[Entry], Event | None]
"""What an entry still tells; the same function for all entries of a name."""
Made = Callable[[str, tuple[Event, ...]], T]
"""What is made of a name's events: a function of the module that asks, never of its own."""


@dataclass(frozen=True)
class Fold(Generic[T]):
    """What is made of events one after another: those that came since are added to what was made of those before.

    `add` gives something new, for others may still be reading what it was given.
    """

    nothing: Callable[[], T]
    add: Callable[[T, tuple[Event, ...]], T]

    def __call__(self, _: str, events: tuple[Event, ...]) -> T:
        """What is made of all of a name's events."""
        return self.add(self.nothing(), events)


MOST: Final = 16_384
"""Matters and registers that are kept; whichever was not asked for the longest makes way."""


@dataclass(frozen=True)
class Read:
    """A name's entries as they were read, how far that was, and what was made of them."""

    mark: Mark
    after: int
    """The place in the log after the last entry."""
    told: tuple[Event | None, ...]
    """What each entry tells, if it tells anything."""
    made: dict[Made[Any], Any] = field(default_factory=dict)


@dataclass
class Recall:
    """What was read of late, by the name of the matter or register."""

    kept: Kept = field(default_factory=lambda: Kept(MOST))

    def made(self, registry: Registry, name: str, tells: Tells, make: Made[T]) -> tuple[T, int]:
        """What is made of a name's events as they are now, and how many entries it has; none is no matter at all."""
        read = self._read(registry, name, tells)
        if make not in read.made:
            read.made[make] = make(name, _events(read.told))  # two may do it at once; they make the same
        return cast(T, read.made[make]), read.mark.count

    def since(self, registry: Registry, name: str, tells: Tells, count: int) -> tuple[Event, ...]:
        """What all of a name's entries but the first so many tell."""
        return _events(self._read(registry, name, tells).told[count:])

    def _read(self, registry: Registry, name: str, tells: Tells) -> Read:
        mark, before = registry.mark(name), self.kept.look(name)
        return self.kept.get(name, lambda: _read(registry, name, tells, before), lambda read: read.mark == mark)


def _events(told: Iterable[Event | None]) -> tuple[Event, ...]:
    return tuple(event for event in told if event is not None)


NOTHING: Final = Mark(0, b"")


def _read(registry: Registry, name: str, tells: Tells, before: Read | None) -> Read:
    further = _further(registry, name, tells, before) if before and before.mark.count else None
    return further or _anew(registry, name, tells)


def _anew(registry: Registry, name: str, tells: Tells) -> Read:
    return _with(Read(NOTHING, 0, ()), list(registry.entries(name)), tells)


def _further(registry: Registry, name: str, tells: Tells, before: Read) -> Read | None:
    """What came since added to what was read before; None where that is no longer what lies there."""
    found = list(registry.entries(name, before.after - 1))  # from the last that was read on: is it the same?
    follows = bool(found) and found[0].leaf == before.mark.leaf and all(entry.kind != ERASED for entry in found[1:])
    return _with(before, found[1:], tells) if follows else None


def _with(before: Read, new: list[Entry], tells: Tells) -> Read:
    if not new:
        return before
    told = tuple(map(tells, new))
    mark = Mark(before.mark.count + len(new), new[-1].leaf)
    grown: dict[Made[Any], Any] = {
        make: make.add(made, _events(told)) for make, made in list(before.made.items()) if isinstance(make, Fold)
    }
    return Read(mark, new[-1].index + 1, (*before.told, *told), grown)


@dataclass
class Tally:
    """Counts entries by their matter: all of them once, from then on those that came since."""

    every: dict[str, int] = field(default_factory=dict)
    seen: int = 0
    shown: Mapping[str, int] = field(default_factory=dict)
    """The matters' counts, without the office's own registers; made anew and never changed, for many may read it."""
    lock: RLock = field(default_factory=RLock)

    def counted(self, registry: Registry) -> Mapping[str, int]:
        """How many entries each matter has, in the order in which the matters began; the log only grows."""
        with self.lock:
            since = (entry.matter for entry in registry.entries(start=self.seen))
            new = Counter(since) if self.seen else registry.matters()
            for name, number in new.items():
                self.every[name] = self.every.get(name, 0) + number
            if any(not name.startswith("#") for name in new):
                self.shown = {name: number for name, number in self.every.items() if not name.startswith("#")}
            self.seen += sum(new.values())
            return self.shown
