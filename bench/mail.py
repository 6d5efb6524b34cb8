"""M1 and M2: one account's mail, in a range of dates, holding a term, found in a shared archive of 100,000 messages.

The archive is made here from a seed: 70 % 8bit, 15 % quoted-printable, 15 % base64, 30 % with an attachment, 1.98 GB.
It holds what should not be found too: the address in display names, bodies and subjects, longer addresses that hold it,
the term outside the dates. What must be found is known from the making, and every reader's answer is held against it.
"""

from __future__ import annotations

import base64
import email
import email.message
import email.utils
import hashlib
import mailbox
import os
import quopri
import random
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from bench.common import WORK, Result, alternate, ensure

from comity.kernel.demand import Scope
from comity.sources import Collection, Layout, open_store

MESSAGES = 100_000
HITS = 222
ACCOUNT = "maeve.brennan@mail.example"
TERM = "Grünbaum-Vertrag"
SINCE, UNTIL = datetime(2013, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC)
SCOPE = Scope((ACCOUNT,), frozenset({"content"}), SINCE, UNTIL, (), (TERM,), ())
MBOX = WORK / "m1.mbox"
MAILDIR = WORK / "m2"
_WORKS = {"M1": "one account in a 1.98 GB mbox", "M2": "the same in a Maildir"}
_FIELDS = ("From", "To", "Cc", "Bcc", "Sender", "Delivered-To", "Return-Path")


class Pools:
    """Long stretches of text and octets, made once, from which messages are cut."""

    def __init__(self, chance: random.Random) -> None:
        letters = "etaoinshrdlucmfwypvbgkjqxzäöüéß"
        often = range(len(letters), 0, -1)
        words = ["".join(chance.choices(letters, often, k=chance.randint(2, 10))) for _ in range(6000)]
        lines, line = [], ""
        for _ in range(260_000):
            line = f"{line} {chance.choice(words)}"
            if len(line) > 64:
                lines.append(line[1:] + chance.choice((".", ",", "", "", "")))
                line = ""
                lines += [""] * (chance.random() < 0.12)
        self.chance, self.lines = chance, lines
        self.attached = base64.encodebytes(chance.randbytes(6_000_000)).splitlines(keepends=True)

    def text(self) -> str:
        length = self.chance.randint(20, 136)
        begin = self.chance.randrange(len(self.lines) - length)
        return "\n".join(self.lines[begin : begin + length])

    def attachment(self) -> bytes:
        length = self.chance.randint(120, 1060)
        begin = self.chance.randrange(len(self.attached) - length)
        return b"".join(self.attached[begin : begin + length])


def messages() -> Iterator[tuple[bytes, bytes, bool]]:
    """(From_ line, message, whether it is to be found), the same on every machine."""
    chance = random.Random(20131204)
    pools = Pools(chance)
    people = [f"{chance.choice('abcdefghijklm')}.{n:04d}@mail.example" for n in range(1200)]
    own = set(chance.sample(range(MESSAGES), 4 * HITS))
    hits = set(chance.sample(sorted(own), HITS))
    for number in range(MESSAGES):
        yield _message(number, pools, people, (number in own, number in hits))


def _message(number: int, pools: Pools, people: list[str], fate: tuple[bool, bool]) -> tuple[bytes, bytes, bool]:
    """One message; of the account's own, those that are no hit lack the dates, the term, or both."""
    chance, (own, hit) = pools.chance, fate
    inside = hit or (own and chance.random() < 0.4)
    year = 2013 if inside else chance.choice((2011, 2012, 2014, 2015) if own else range(2011, 2016))
    at = datetime(year, 1, 2, tzinfo=UTC) + timedelta(seconds=chance.randrange(362 * 86400))
    sender, to = chance.choice(people), chance.choice(people)
    if own:
        sender, to = (ACCOUNT, to) if chance.random() < 0.4 else (sender, ACCOUNT.title())
    text = pools.text()
    if hit or (not inside and (own or chance.random() < 0.01)):
        text = text[: len(text) // 2] + f" dem {TERM.upper() if number % 3 else TERM} gemäß " + text[len(text) // 2 :]
    decoy = chance.random()
    if not own and decoy < 0.006:
        sender = f'"{ACCOUNT}" <{sender}>' if decoy < 0.003 else f"x{ACCOUNT}"
    elif not own and decoy < 0.01:
        text += f"\nAsk {ACCOUNT} about it."
    head = _head(number, sender, to, at, chance)
    envelope = f"From {sender.split()[-1].strip('<>')} {at:%a %b %d %H:%M:%S %Y}\n".encode()
    return envelope, head + _body(number, text, pools), hit


def _head(number: int, sender: str, to: str, at: datetime, chance: random.Random) -> bytes:
    hops = "".join(
        f"Received: from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{hop + 1}])\n\tby mail.example (Postfix) "
        f"with ESMTPS id {number:08X}{hop}\n\tfor <{to}>; {email.utils.format_datetime(at - timedelta(seconds=hop))}\n"
        for hop in range(chance.randint(1, 4))
    )
    return (
        f"Return-Path: <{sender.split()[-1].strip('<>')}>\n{hops}Message-ID: <{number}.bench@mail.example>\n"
        f"From: {sender}\nTo: Someone <{to}>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe_{number}?=\n"
        f"Date: {email.utils.format_datetime(at)}\nMIME-Version: 1.0\n"
    ).encode()


def _body(number: int, text: str, pools: Pools) -> bytes:
    share = pools.chance.random()
    plain = text.encode()
    encoding = "8bit" if share < 0.7 else "quoted-printable" if share < 0.85 else "base64"
    if encoding == "quoted-printable":
        plain = quopri.encodestring(plain)
    elif encoding == "base64":
        plain = base64.encodebytes(plain)
    part = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n".encode() + plain
    if pools.chance.random() >= 0.3:
        return part + b"\n"
    mark = f"=-{number:x}-bench"
    kind = "application/pdf\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=a.pdf"
    outer = f'Content-Type: multipart/mixed; boundary="{mark}"\n\n--{mark}\n'
    inner = f"\n--{mark}\nContent-Type: {kind}\n\n"
    return b"".join((outer.encode(), part, inner.encode(), pools.attachment(), f"--{mark}--\n".encode()))


def make() -> set[str]:
    """Make the mbox and the Maildir where they are missing; the SHA-256 of each message that is to be found."""
    known = WORK / "m-hits.txt"
    if not known.exists():
        for box in ("cur", "new", "tmp"):
            (MAILDIR / box).mkdir(parents=True, exist_ok=True)
        found = []
        with MBOX.open("wb") as mbox:
            for number, (envelope, octets, hit) in enumerate(messages()):
                mbox.write(envelope + octets + b"\n")
                (MAILDIR / "cur" / f"{1356998400 + number}.{number}.bench:2,S").write_bytes(octets)
                found += [hashlib.sha256(octets).hexdigest()] * hit
        known.write_text("\n".join(found))
    return set(known.read_text().split())


def by_comity(store: Path) -> set[str]:
    """The hits' hashes, each copied out; every item of the account has its reason, and the counts add up."""
    collection = Collection(open_store(store, Layout("archive")), SCOPE)
    found = set()
    with TemporaryFile(dir=WORK) as out:
        for collected in collection:
            if collected.sorting.in_scope and collected.sha256:
                found.add(collected.sha256)
                collected.copy(out)
    assert collection.counts.total == MESSAGES and not collection.faults, collection.faults
    return found


def _answers(parsed: email.message.Message) -> bool:
    """The question as one asks it with the standard library's parser."""
    people = email.utils.getaddresses([str(v) for name in _FIELDS for v in parsed.get_all(name, [])])
    if ACCOUNT not in {address.lower() for _, address in people}:
        return False
    if not SINCE <= email.utils.parsedate_to_datetime(parsed["Date"]) < UNTIL:
        return False
    parts = (part.get_payload(decode=True) for part in parsed.walk() if part.get_content_maintype() == "text")
    texts = (text.decode("utf-8", "replace") for text in parts if isinstance(text, bytes))
    return any(TERM.casefold() in text.casefold() for text in texts)


def _kept(messages: Iterable[bytes]) -> set[str]:
    """The hashes of messages, each copied out."""
    found = set()
    with TemporaryFile(dir=WORK) as out:
        for octets in messages:
            out.write(octets)
            found.add(hashlib.sha256(octets).hexdigest())
    return found


def by_mailbox() -> set[str]:
    """The same with the standard library's `mailbox`."""
    box = mailbox.mbox(str(MBOX), create=False)
    every = (box.get_bytes(key) for key in box.iterkeys())
    return _kept(octets for octets in every if _answers(email.message_from_bytes(octets)))


def by_fast_mail_parser() -> set[str]:
    """The same with fast_mail_parser on every message of the mbox."""
    import fast_mail_parser

    return _kept(octets for octets in _split() if _answered(fast_mail_parser.parse_email(octets)))


def _answered(parsed: Any) -> bool:
    """The question as one asks it with fast_mail_parser."""
    heads = {name.lower(): value if isinstance(value, str) else value[0] for name, value in parsed.headers.items()}
    people = email.utils.getaddresses([heads[name.lower()] for name in _FIELDS if name.lower() in heads])
    if ACCOUNT not in {address.lower() for _, address in people}:
        return False
    inside = SINCE <= email.utils.parsedate_to_datetime(heads["date"]) < UNTIL
    return inside and any(TERM.casefold() in text.casefold() for text in parsed.text_plain)


def _split() -> Iterator[bytes]:
    """The messages of the mbox, read in stretches that fit the cache, for a parser that does not know mboxes."""
    rest = b"\n\n"
    with MBOX.open("rb", buffering=0) as file:
        while stretch := file.read(1 << 20):
            *whole, rest = re.split(rb"\n\nFrom [^\n]*\n", rest + stretch)
            yield from (octets + b"\n" for octets in whole if octets)
    yield rest[:-1]


def read_each() -> int:
    """The limit of M2: open and read each file once."""
    octets = 0
    with os.scandir(MAILDIR / "cur") as entries:
        for entry in entries:
            file = os.open(entry.path, os.O_RDONLY)
            while got := os.read(file, 1 << 20):
                octets += len(got)
            os.close(file)
    return octets


def wc() -> None:
    """The limit of M1."""
    subprocess.run(["wc", "-l", MBOX], check=True, stdout=subprocess.DEVNULL)


def peak(store: Path) -> float:
    """The most memory a walk had resident, in MB: the process itself and, at most, each of its helpers."""
    code = (
        "import resource, os, sys; from pathlib import Path; from bench.mail import by_comity\n"
        "by_comity(Path(sys.argv[1]))\n"
        "own = int(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])\n"
        "print(own + os.cpu_count() * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, str(store)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    return int(done.stdout) / 1000


def works(rounds: int = 5) -> list[Result]:
    """M1 against the standard library, fast_mail_parser and `wc -l`; M2 against reading each file."""
    ensure("fast-mail-parser")
    wanted = make()
    readers = {
        "comity": lambda: by_comity(MBOX),
        "wc -l": wc,
        "fast_mail_parser": by_fast_mail_parser,
        "mailbox": by_mailbox,
    }
    for reader in (by_fast_mail_parser, by_mailbox, lambda: by_comity(MBOX), lambda: by_comity(MAILDIR)):
        assert reader() == wanted, "a reader misses something, or finds too much"
    one = alternate(readers, rounds)
    two = alternate({"comity": lambda: by_comity(MAILDIR), "read each file once": read_each}, rounds)
    note, note2 = (f"{HITS} of {HITS} found; {peak(store):.0f} MB" for store in (MBOX, MAILDIR))
    return [
        _gain("mailbox", one, 35, note),
        _gain("fast_mail_parser", one, 3, note),
        _cost("M1", "wc -l", one, 4, note),
        _cost("M2", "read each file once", two, 2, note2),
    ]


def _gain(peer: str, seconds: dict[str, float], goal: float, note: str) -> Result:
    ratio = seconds[peer] / seconds["comity"]
    return Result("M1", _WORKS["M1"], seconds["comity"], peer, seconds[peer], ratio, f">= {goal}", ratio >= goal, note)


def _cost(work: str, limit: str, seconds: dict[str, float], goal: float, note: str) -> Result:
    ratio = seconds["comity"] / seconds[limit]
    mine, theirs = seconds["comity"], seconds[limit]
    return Result(work, _WORKS[work], mine, limit, theirs, ratio, f"<= {goal}", ratio <= goal, note)
