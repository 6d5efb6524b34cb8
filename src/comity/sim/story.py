"""The scripted part of the simulated mail: the case's own correspondence, and messages that put readers to the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from comity.sim.people import Account, Person, table
from comity.sim.post import Message, Odd

FIRST_NUMBER = 1_000_000


def scripted(accounts: Mapping[str, Account]) -> list[Message]:
    """The messages of `data/story.toml`, with their copies in the mailboxes of `accounts` (by address)."""
    data = table("story")
    people = {key: Person(**entry) for key, entry in data["people"].items()}
    known: dict[str, Message] = {}
    for number, row in enumerate(data["message"], FIRST_NUMBER):
        message = _message(row, people, known)
        message.number = number
        origin = known.get(row.get("message-id", ""))
        message.message_id = origin.message_id if origin else f"<{number:x}.{row['id']}@{message.sender.domain}>"
        message.copies = _copies(message, accounts)
        known[row["id"]] = message
    return list(known.values())


def _message(row: Mapping[str, Any], people: Mapping[str, Person], known: Mapping[str, Message]) -> Message:
    odd = {key: row[key] for key in ("charset", "encoding", "date", "damage", "sure", "twice") if key in row}
    sender = people[row["from"]]
    return Message(
        sent=int(row["at"].timestamp()),
        sender=sender,
        to=tuple(people[key] for key in row["to"]),
        subject=row["subject"],
        text=row["text"].removeprefix("\n"),
        shape=row.get("shape", "plain"),
        code=sender.tongue,
        answers=known[row["answers"]] if "answers" in row else None,
        encloses=known[row["encloses"]] if "encloses" in row else None,
        odd=Odd(**odd),
    )


def _copies(message: Message, accounts: Mapping[str, Account]) -> list[tuple[Account, str]]:
    copies = [(accounts[message.sender.address], "Sent")] if message.sender.address in accounts else []
    received = [(accounts[person.address], "Inbox") for person in message.to if person.address in accounts]
    return copies + received * (2 if message.odd.twice else 1)


def spoilt(octets: bytes, damage: str) -> bytes:
    """The message after what befell it; nothing befell most."""
    return _DAMAGE[damage](octets) if damage else octets


def _cut(octets: bytes) -> bytes:
    """Transmission broke off in the middle of the base64, in the middle of a group of four."""
    head, _, body = octets.partition(b"\n\n")
    return head + b"\n\n" + body[: len(body) * 2 // 3 | 3]


def _no_end(octets: bytes) -> bytes:
    """The closing boundary, and half of the attachment before it, never arrived."""
    return octets[: len(octets) - len(octets) // 4]


def _crlf(octets: bytes) -> bytes:
    return octets.replace(b"\n", b"\r\n")


def _no_gap(octets: bytes) -> bytes:
    """The empty line between header block and body is missing."""
    return octets.replace(b"\n\n", b"\n", 1)


def _raw_header(octets: bytes) -> bytes:
    """A subject in bare Latin-1, as careless programs send it."""
    return octets.replace(b"Rueckfrage", b"R\xfcckfrage", 1)


def _relabelled(charset: bytes) -> Callable[[bytes], bytes]:
    def relabel(octets: bytes) -> bytes:
        start = octets.index(b"charset=") + len(b"charset=")
        end = octets.index(b"\n", start)
        return octets[:start] + charset + octets[end:]

    return relabel


_DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut": _cut,
    "no-end": _no_end,
    "crlf": _crlf,
    "no-gap": _no_gap,
    "raw-header": _raw_header,
    "long-line": lambda octets: octets + b" and another" * 5000 + b"\n",
    "nulls": lambda octets: octets.replace(b" the problem", b"\0\0the\0problem"),
    "unknown-charset": _relabelled(b"x-mizuno-internal"),
    "wrong-charset": _relabelled(b"us-ascii"),
}
