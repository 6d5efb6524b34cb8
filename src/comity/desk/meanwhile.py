"""What another thread of this process does meanwhile: it ends with whoever began it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def meanwhile(do: Callable[[Event], None], most: float | None = None) -> Iterator[None]:
    """While this lasts another thread does something, until what it is given says that it is over.

    It is waited for, at most so many seconds.
    """
    over = Event()
    thread = Thread(target=do, args=(over,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(most)
