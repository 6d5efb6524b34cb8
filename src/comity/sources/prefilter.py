"""Finding, fast and without missing any, the messages of a large store that may be an account's.

Two questions are asked of every octet of an mbox: where do messages begin, and can this one be the account's? Only
messages that can are parsed. That nothing is missed rests on this argument:

1. An account owns a message of a shared archive only if a header field, or the From_ line, holds its address
   (`headers.py` decides). All of these lie between the From_ line and the first blank line. The octets looked at here
   reach at least that far, so what is looked at holds everything that could decide.
2. An address is compared after joining its dot-separated words, quoted or not, with comments and folds between them
   dropped. The longest run of plain letters and digits in the account's local part (its *needle*) holds no dot, so it
   comes from inside a single word. There it stands contiguous, in any case of its ASCII letters, unless a quoted pair
   (a backslash) interrupts it. Folds and comments stand between words, never inside one.
3. So a header with neither a needle (compared in lower case) nor a backslash cannot name the account. Every other
   header is parsed, as is every message without a proper first header line, so that what is unreadable gets listed.
   An account without a plain needle (other scripts) has every header parsed.

Encoded words are not addresses (RFC 2047, 5: none "within an addr-spec"), here as in `headers.py`. Tests hold this path
against the parse of every message. The search for "From " is libc's `memmem` where there is one, and Python's own
otherwise. A store of more than two blocks is shared out, block by block, to helper processes running this very file.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Final

BLOCK: Final = 32 << 20
CHUNK: Final = 512 << 10
HEAD_LIMIT: Final = 1 << 20
LINE_LIMIT: Final = 4096
LOOK: Final = 1
DOUBT: Final = 2

FROM_LINE: Final = re.compile(
    rb"From (?:\S{1,900}|\S{1,900}(?: \S{1,200}){1,5} )[ \t]{1,20}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b,?[ \t]{1,9}"
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ \t]{1,9}\d{1,2}[ \t]{1,9}\d{1,2}:\d\d(?::\d\d)?[ \t]{1,9}"
    rb"(?:\S{1,40}[ \t]{1,9}){0,2}\d{4}\b[^\n]{0,200}(?:\n|\Z)"
)
"""A From_ line: sender (one word, or up to six before two spaces), then a date as `asctime` writes it."""

FIELD: Final = re.compile(rb"[!-9;-~]+[ \t]*:")
"""How a header field begins (RFC 5322, 2.2)."""

_START: Final = re.compile(FROM_LINE.pattern + rb"(?:(?=(" + FIELD.pattern + rb")))?")
BLANK: Final = re.compile(rb"\n\r?\n")
_BLANK_LF: Final = re.compile(rb"\n\n")
_BLANK_CRLF: Final = re.compile(rb"\n\r\n")
_PLAIN: Final = re.compile(rb"[a-z0-9]+")
_BEHIND: Final = 3
_LF: Final = 10
_CR: Final = 13
_WORD: Final = array("Q").itemsize

Needles = tuple[bytes, ...] | None
"""What to look for in headers, lower case; None has every header looked at."""


def needles(accounts: Sequence[str]) -> Needles:
    """The longest plain run of each account's local part; None if one of them has none."""
    found = set()
    for account in accounts:
        local = account.rpartition("@")[0].lower()
        runs = _PLAIN.findall(local.encode()) if account.isascii() else []
        if not runs:
            return None
        found.add(max(runs, key=len))
    return tuple(sorted(found))


def looks(head: bytes | bytearray, wanted: Needles) -> bool:
    """Whether a header may name an account; `head` is the header at least."""
    if wanted is None or b"\\" in head or len(head) >= HEAD_LIMIT:
        return True
    lowered = head.lower()
    return any(map(lowered.__contains__, wanted))


def marks(
    file: int, size: int, wanted: Needles, jobs: int | None = None, block: int = BLOCK
) -> Iterator[tuple[int, Sequence[int]]]:
    """Every message of an mbox: (octets gone through, marks), block by block.

    A mark is four times the offset of a From_ line, plus LOOK if the message is to be parsed; or plus DOUBT for a line
    like From_ that follows no blank line and so begins no message. `file` is a descriptor, read up to `size` octets.
    """
    blocks = range(0, size, block)
    jobs = min(jobs or os.cpu_count() or 1, len(blocks) // 2)
    with ExitStack() as stack:
        helpers = _helpers(stack, (file, size, block), jobs, wanted) if jobs > 1 else []
        for number, begin in enumerate(blocks):
            end = min(begin + block, size)
            found = _received(helpers[number % jobs], number) if helpers else None
            yield end, found if found is not None else block_marks(file, size, (begin, end), wanted)


def block_marks(file: int, size: int, bounds: tuple[int, int], wanted: Needles) -> array[int]:
    """The marks of the From_ lines that begin within `bounds`."""
    begin, end = bounds
    window = _Window(file, size)
    out = array("Q")
    while begin < end and begin < (stop := min(end, window.move(max(0, begin - _BEHIND)))):
        out.extend(window.marks(begin, stop, wanted))
        begin = stop
    return out


def following(file: int, size: int, begin: int) -> int:
    """Where the first message at `begin` or after it has its From_ line; `size` if there is none."""
    window = _Window(file, size)
    while begin < size and begin < (stop := window.move(max(0, begin - _BEHIND))):
        for mark in window.marks(begin, min(stop, size), ()):
            if not mark & DOUBT:
                return mark >> 2
        begin = stop
    return size


class _Window:
    """A stretch of the file in one buffer that is filled again and again."""

    def __init__(self, file: int, size: int) -> None:
        self.file, self.size, self.at, self.length = file, size, 0, 0
        self.buffer = bytearray(max(1, min(CHUNK, size)))
        self.find = _finder(self.buffer)

    def move(self, at: int) -> int:
        """Fill the buffer from offset `at`; how far From_ lines can be told (a last line may be cut off).

        Of a file that has become shorter what is left is had; its store tells when it closes.
        """
        self.at, self.length = at, 0
        room = memoryview(self.buffer)[: self.size - at]
        while got := os.preadv(self.file, [room[self.length :]], at + self.length):
            self.length += got
        reached = at + self.length
        return reached if reached >= self.size or self.length < len(room) else reached - LINE_LIMIT

    def marks(self, begin: int, stop: int, wanted: Needles) -> list[int]:
        """Marks of lines that begin in [begin, stop); headers are first searched all at once, as most hold nothing."""
        buffer, length, find, match = self.buffer, self.length, self.find, _START.match
        out, heads = list[int](), list[bytes | bytearray]()
        last = stop - self.at
        start = find(begin - self.at - 1, length) if begin else 0
        while 0 <= start < last:
            if line := match(buffer, start, length):
                mark = (self.at + start) << 2
                if (start > _BEHIND and buffer[start - 2] == _LF) or self._after_blank(start):
                    out.append(mark if line.lastindex else mark | LOOK)
                    heads.append(self._head(start, line.end()))
                else:
                    out.append(mark | DOUBT)
                    heads.append(b"")
            start = find(start, length)
        if looks(b"".join(heads), wanted):
            out = [mark | LOOK if head and looks(head, wanted) else mark for mark, head in zip(out, heads, strict=True)]
        return out

    def _after_blank(self, start: int) -> bool:
        """Whether the line before the one at `start` is empty, or there is none."""
        if start >= _BEHIND:
            return self.buffer[start - 2] == _LF or self.buffer[start - 3 : start] == b"\n\r\n"
        return self.at == 0 and bytes(self.buffer[:start]) in (b"", b"\n", b"\r\n", b"\n\n")

    def _head(self, start: int, end: int) -> bytes | bytearray:
        """The octets from the From_ line to the first blank line, or further if line ends are of two kinds."""
        blank = (_BLANK_CRLF if self.buffer[end - 2] == _CR else _BLANK_LF).search(self.buffer, end - 1, self.length)
        if not blank and self.at + self.length < self.size:
            return os.pread(self.file, HEAD_LIMIT, self.at + start)
        return self.buffer[start : blank.start() if blank else self.length]


def _finder(buffer: bytearray) -> Callable[[int, int], int]:
    """A search of the buffer for the next line that begins with "From "; -1 if there is none."""
    try:
        memmem = ctypes.PyDLL(None).memmem
    except (AttributeError, OSError, TypeError):
        return lambda begin, end: buffer.find(b"\nFrom ", begin, end) + 1 or -1
    memmem.restype = ctypes.c_void_p
    memmem.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    base = ctypes.addressof(ctypes.c_char.from_buffer(buffer))

    def find(begin: int, end: int) -> int:
        found = memmem(base + begin, max(0, end - begin), b"\nFrom ", 6)
        return found - base + 1 if found else -1

    return find


def _helpers(stack: ExitStack, share: tuple[int, int, int], jobs: int, wanted: Needles) -> list[IO[bytes]]:
    """Processes that go through (descriptor, size, block size) in turn, and what they send; none if none can be had."""
    words = ["-"] if wanted is None else [needle.decode() for needle in wanted]
    streams = list[IO[bytes]]()
    for first in range(jobs):
        command = [sys.executable, "-I", "-S", __file__, *map(str, (*share, first, jobs)), *words]
        try:
            helper = subprocess.Popen(
                command,
                pass_fds=share[:1],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return []
        stack.enter_context(helper)
        stack.callback(helper.kill)
        assert helper.stdout is not None
        streams.append(helper.stdout)
    return streams


def _received(stream: IO[bytes], number: int) -> array[int] | None:
    """The marks of one block as a helper sent them; None if it is gone, and the block is to be gone through here."""
    head = array("Q", stream.read(2 * _WORD).ljust(2 * _WORD, b"\0")[: 2 * _WORD])
    body = stream.read(head[1] * _WORD)
    return array("Q", body) if head[0] == number + 1 and len(body) == head[1] * _WORD else None


def _help(share: Sequence[str], words: Sequence[str]) -> None:
    """What a helper process does: each of its blocks as (number + 1, how many marks), then the marks."""
    file, size, block, first, step = map(int, share)
    wanted = None if words == ["-"] else tuple(word.encode() for word in words)
    for number in range(first, len(range(0, size, block)), step):
        found = block_marks(file, size, (number * block, min((number + 1) * block, size)), wanted)
        sys.stdout.buffer.write(array("Q", (number + 1, len(found))).tobytes() + found.tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _help(sys.argv[1:6], sys.argv[6:])
