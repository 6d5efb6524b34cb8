"""Messages and stores made for tests, and the plain way to split an mbox that the fast one is held against."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from hypothesis import strategies as st

from comity.kernel.collection import Counts, Sorting
from comity.kernel.demand import Scope
from comity.sources import Collected, Collection, Item, Layout, Store, items, open_store
from comity.sources.prefilter import FROM_LINE

FROM = b"From post@relay.example Tue Jun  4 12:00:00 2013\n"
CONTENT = frozenset({"content"})
ARCHIVE = Layout("archive")
MAILBOX = Layout("mailbox", owner="ann@x.example")


def message(body: bytes = b"Hello.\n", **fields: str) -> bytes:
    """A message of Ann's of 4 June 2013, with fields as given (`_` stands for `-`; an empty one is left out)."""
    given = {"From": "Ann <ann@x.example>", "To": "bob@y.example", "Date": "Tue, 4 Jun 2013 12:00:00 +0000"} | fields
    lines = [f"{name.replace('_', '-')}: {value}\n" for name, value in given.items() if value]
    return "".join(lines).encode() + b"\n" + body


def mbox(*messages: bytes) -> bytes:
    """Messages as an mbox."""
    return b"".join(FROM + octets + b"\n" for octets in messages)


def stored(path: Path, octets: bytes, layout: Layout = ARCHIVE) -> Store:
    """A store of one file with these octets."""
    path.write_bytes(octets)
    return open_store(path, layout)


def octets_of(store: Store) -> list[bytes]:
    """The octets of every item."""
    return [item.octets() for item in items(store)]


def scope(*accounts: str, **asked: object) -> Scope:
    """A scope for content; Ann's if nobody is named."""
    return Scope(accounts or ("ann@x.example",), CONTENT, **asked)  # type: ignore[arg-type]


def collected(store: Store, asked: Scope) -> tuple[list[Collected], Counts]:
    """What a walk gives, and its counts, which add up."""
    walk = Collection(store, asked)
    found = list(walk)
    assert walk.counts.total == store.gauge.items
    return found, walk.counts


def sorting_of(store: Store, asked: Scope) -> Sorting:
    """The sorting of the only item of a store."""
    [only], _ = collected(store, asked)
    return only.sorting


def plain_split(octets: bytes) -> tuple[list[tuple[int, int, int]], list[int]]:
    """(From_ line, first octet, end) of each message of an mbox, and doubtful From_ lines, by reading line by line."""
    starts, doubts, at, blank = [], [], 0, True
    for line in re.findall(rb"[^\n]*\n|[^\n]+\Z", octets):
        if FROM_LINE.match(line):
            (starts if blank else doubts).append((at, at + len(line)))
        blank = line in (b"\n", b"\r\n")
        at += len(line)
    ends = [*(start for start, _ in starts), len(octets)][1:]
    return [(s, b, _trimmed(octets, b, e)) for (s, b), e in zip(starts, ends, strict=True)], [at for at, _ in doubts]


def _trimmed(octets: bytes, begin: int, end: int) -> int:
    for blank in (b"\n\r\n", b"\n\n"):
        if octets[:end].endswith(blank) and end - len(blank) + 1 >= begin:
            return end - len(blank) + 1
    return end


def whole(store_octets: bytes, found: Iterable[Item]) -> bool:
    """Whether items, and blank lines and From_ lines between them, are the store, octet for octet."""
    at = 0
    for item in found:
        between = store_octets[at : item.place.offset]
        blank = between.removesuffix(item.envelope)
        if len(blank) + len(item.envelope) != len(between) or blank.strip(b"\r\n"):
            return False
        if item.octets() != store_octets[item.place.offset : item.place.offset + item.place.size]:
            return False
        at = item.place.offset + item.place.size
    return not store_octets[at:].strip()


SCRAPS = [
    FROM,
    FROM.replace(b"\n", b"\r\n"),
    b"From zvf@[1] [ufa]  Sun Aug  5 09:51:15 2001\n",
    b"From here on\n",
    b">From here on\n",
    b">>From here on\n",
    b"\n",
    b"\r\n",
    b"To: ann@x.example\n",
    b"To: bob@y.example\r\n",
    b"Date: Tue, 4 Jun 2013 12:00:00 +0000\n",
    b"Content-Length: 12\n",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"--b\n",
    b"--b--\n",
    b"Subject: =?utf-8?q?ann?=\n",
    b"\\ann\x00\xff",
    b"x" * 200,
    b"From ",
]
"""What mboxes are made of, to be put together at random."""

scraps = st.lists(st.sampled_from(SCRAPS) | st.binary(max_size=9), max_size=40).map(b"".join)
