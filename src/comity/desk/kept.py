"""What was worked out once and is still good, for all who ask; what nobody asks for makes way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, RLock
from typing import Any, TypeVar, cast

T = TypeVar("T")


def always(_: Any) -> bool:
    """Good for as long as it is kept."""
    return True


@dataclass
class Kept:
    """At most so many values by their keys; of several who want one at once, one works it out and the others wait."""

    most: int
    _found: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _making: dict[Hashable, tuple[RLock, int]] = field(default_factory=dict)

    def get(self, key: Hashable, make: Callable[[], T], good: Callable[[T], bool] = always) -> T:
        """What is kept under a key, made anew if it is missing or no longer good; what fails is not kept."""
        found = self.look(key)
        if found is not None and good(found):
            return cast(T, found)
        with self._alone(key):
            found = self.look(key)
            if found is None or not good(found):
                found = make()
                with self._lock:
                    self._found[key] = found
                    self._found.move_to_end(key)
                    while len(self._found) > self.most:
                        self._found.popitem(last=False)
            return cast(T, found)

    def look(self, key: Hashable) -> Any:
        """What is kept under a key, good or not; None if nothing is."""
        with self._lock:
            if (found := self._found.get(key)) is not None:
                self._found.move_to_end(key)
            return found

    @contextmanager
    def _alone(self, key: Hashable) -> Iterator[None]:
        with self._lock:
            lock, waiting = self._making.get(key, (RLock(), 0))
            self._making[key] = lock, waiting + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._making.pop(key)
                if waiting > 1:
                    self._making[key] = lock, waiting - 1
