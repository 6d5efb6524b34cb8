"""The simulated provider's mail: mailboxes on disk, and the truth about every item in them.

`write_mail` is deterministic: the same seed gives the same octets on any machine. The truth is told while writing and
not by reading back, so that a collection can be compared with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from comity.kernel.collection import Place
from comity.kernel.words import Truth, both
from comity.sim.boxes import Boxes, Maildir, Mbox
from comity.sim.chance import Chance
from comity.sim.dublin import SCOPE
from comity.sim.people import Account, accounts
from comity.sim.post import Message, correspondence
from comity.sim.provider import LAYOUTS
from comity.sim.render import core, trace
from comity.sim.story import scripted, spoilt

LEAST = 400
"""Fewer messages than this would not leave room for the story and a world around it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TERMS = tuple(term.casefold() for term in SCOPE.terms)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Item:
    """One stored message: in whose mailbox, where its octets lie, and whether the story's scope has it.

    `place` counts octets from behind an mbox's separator line up to the empty line before the next. `sent` is the Date
    field's moment, None where it has none that can be read; `terms` are the scope's terms in its decoded subject and
    text. `wanted` is unknown where readers may rightly differ: no usable date, or damaged text.
    """

    account: str
    place: Place
    message_id: str
    sent: datetime | None
    delivered: datetime
    terms: tuple[str, ...]
    wanted: Truth


@dataclass(frozen=True, slots=True)
class MailWorld:
    """What was written: the folder that holds the stores, the accounts, and every item in the order of writing."""

    folder: Path
    accounts: tuple[Account, ...]
    items: tuple[Item, ...]

    def of(self, address: str) -> tuple[Item, ...]:
        """The items of one account."""
        return tuple(item for item in self.items if item.account == address)

    def octets(self, item: Item) -> bytes:
        """An item's octets as they are stored (in an mbox, `>From ` is still quoted)."""
        with (self.folder / item.place.store / item.place.file).open("rb") as file:
            file.seek(item.place.offset)
            return file.read(item.place.size)


def write_mail(folder: Path, seed: int, messages: int = 20_000, progress: Progress | None = None) -> MailWorld:
    """Write `messages` items into the stores below `folder`, which is made and must not hold them yet.

    Each account has its own folder `<store>/<address>`. `progress` is told (written, all) now and then. Fewer than
    `LEAST` messages are a ValueError.
    """
    if messages < LEAST:
        raise ValueError(f"the story alone needs room: ask for {LEAST} messages or more")
    people = accounts(seed)
    planned = correspondence(seed, messages, people, scripted({account.address: account for account in people}))
    boxes = _opened(folder)
    items: list[Item] = []
    for message in planned:
        items += _delivered(message, boxes)
        if progress and (len(items) % 250 < len(message.copies) or len(items) == messages):
            progress(len(items), messages)
    for box in boxes.values():
        box.close()
    return MailWorld(folder, people, tuple(items))


def _opened(folder: Path) -> dict[str, Boxes]:
    folder.mkdir(parents=True, exist_ok=True)
    kinds: dict[str, type[Mbox | Maildir]] = {"mbox": Mbox, "maildir": Maildir}
    return {store: kinds[layout](folder, store) for store, layout in LAYOUTS.items()}


def _delivered(message: Message, boxes: dict[str, Boxes]) -> list[Item]:
    octets = spoilt(core(message), message.odd.damage)
    words = message.words.casefold()
    terms = tuple(term for term, folded in zip(SCOPE.terms, _TERMS, strict=True) if folded in words)
    sent = _moment(message.sent) if message.odd.date is None else None
    chance, items = Chance(message.number), []
    for account, folder in message.copies:
        moment = message.sent + chance.between(2, 40)
        whole = trace(message, account, folder, moment) + octets
        place = boxes[account.store].put(message, (account, folder, moment), whole)
        delivered = _moment(moment)
        told: Truth = bool(terms) if message.odd.sure else None
        wanted = account.address in SCOPE.accounts and both((_within(sent, delivered), told))
        items.append(Item(account.address, place, message.message_id, sent, delivered, terms, wanted))
    return items


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _within(sent: datetime | None, delivered: datetime) -> Truth:
    """Whether a message lies in the story's range; unknown without a date, or if sending and delivery differ on it."""
    assert SCOPE.since and SCOPE.until, "the story's scope has both ends"
    if sent is None:
        return None
    answer = SCOPE.since <= sent < SCOPE.until
    return answer if answer is (SCOPE.since <= delivered < SCOPE.until) else None
