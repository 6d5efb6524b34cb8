"""Mail of your own in the demo: whose mail the warrant asks for, between which days and for which words.

A folder or file of real mail is taken as an archive that many accounts share, stored in Dublin. The account with the
most mail is the one asked for, over the middle half of its days, for the two words its subjects use most.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Final

from comity.errors import ComityError, Unreadable
from comity.kernel.collection import ItemFacts
from comity.sim.people import CUSTODIAN
from comity.sim.provider import RECORDS, STORES
from comity.sources.detect import open_store
from comity.sources.facts import facts_of, whose
from comity.sources.headers import Field, unworded
from comity.sources.port import Layout, items

HEAD: Final = 1 << 16
STORE: Final = "corpus"
FIRST, LAST = re.compile(r"June 1,\s+2012"), re.compile(r"November 30,\s+2013")
TERMS: Final = re.compile(r'"cobalt",\s*"lantern",\s*"Überweisung",\s*"кобальт"')
WORD: Final = re.compile(r"[A-Za-z]{5,20}")
DULL: Final = frozenset(
    {"about", "again", "their", "there", "these", "which", "would", "could", "should", "where", "other"}
)


class NoMail(ComityError):
    """`{path}` holds no mail with an address and a date"""

    help = "give a folder of messages, a Maildir or an mbox"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What the story's warrants ask for, where it is not the simulated custodian's mail; empty `account`: it is."""

    account: str = ""
    first: date = date(2012, 6, 1)
    last: date = date(2013, 11, 30)
    terms: tuple[str, ...] = ()
    messages: int = 0

    @property
    def says(self) -> tuple[str, ...]:
        """What was chosen, in sentences."""
        return (
            f"{self.messages:,} messages; the account with the most of them is {self.account}",
            f"the warrant asks for {self.first} to {self.last}, and for {' or '.join(self.terms)}",
        )

    def rewritten(self, paper: str) -> str:
        """A paper of the story, asking for this instead."""
        if not self.account:
            return paper
        first, last = (f"{day:%B} {day.day}, {day.year}" for day in (self.first, self.last))
        words = ", ".join(f'"{term}"' for term in self.terms)
        paper = TERMS.sub(words, LAST.sub(last, FIRST.sub(first, paper)))
        return paper.replace(CUSTODIAN.address, self.account)

    def place_in(self, estate: Path, corpus: Path) -> None:
        """Put the corpus into an estate as a shared archive in Dublin, and the account into its tables."""
        store = (
            f'\n[[store]]\nid = "{STORE}"\nsite = "dublin"\nholder = "meridian-ireland"\nservice = "mail"\n'
            f'key_holder = "provider"\nholds = ["content", "traffic"]\n'
            f"path = '{corpus.resolve()}'\nlayout = \"auto\"\nshared = true\n\n[accounts]"
        )
        estate.write_text(estate.read_text("utf-8").replace("\n[accounts]", store), "utf-8")
        rows = f"{self.account},{STORE},,,,mail\n{self.account},{RECORDS},,,,mail\n"
        for table, added in (("accounts.csv", rows), (f"{STORES}/{RECORDS}/subscriber.csv", f"{self.account},,,,,\n")):
            with (estate.parent / table).open("a", encoding="utf-8", newline="") as file:
                file.write(added)


def choose(corpus: Path, progress: Callable[[int, int], None]) -> Asked:
    """Look through a corpus and choose what to ask of it."""
    store = open_store(corpus, Layout(STORE, "auto"))
    people: Counter[str] = Counter()
    seen: list[tuple[ItemFacts, frozenset[str], tuple[str, ...]]] = []
    for item in items(store):
        try:
            octets = item.octets(HEAD)
        except Unreadable:
            continue
        mine, found = whose(item, octets, store.layout)
        facts = facts_of(item, mine, found, store.layout)
        named = frozenset(address for _, address in facts.addresses)
        people.update(named)
        seen.append((facts, named, _words(found)))
        progress(store.gauge.done, store.gauge.total)
    for account, _ in people.most_common(5):
        asked = _of(account, [(facts, words) for facts, named, words in seen if account in named])
        if asked:
            return Asked(account, *asked, messages=len(seen))
    raise NoMail(path=str(corpus))


def _of(account: str, own: list[tuple[ItemFacts, tuple[str, ...]]]) -> tuple[date, date, tuple[str, ...]] | None:
    days = sorted(facts.date.earliest.astimezone(UTC).date() for facts, _ in own if facts.date)
    if not days:
        return None
    first, last = days[len(days) // 4], days[len(days) * 3 // 4]
    within = [words for facts, words in own if facts.date and first <= facts.date.earliest.date() <= last]
    words = Counter(word for found in within for word in found)
    # Of two words that are used as often, the one that comes first in the alphabet: the same on every machine.
    ordered = sorted(words, key=lambda word: (-words[word], word))
    return first, last, tuple(ordered[:2]) or ("the",)


def _words(found: list[Field]) -> tuple[str, ...]:
    subjects = (unworded(value) for name, value in found if name == "subject")
    return tuple({word.lower() for text in subjects for word in WORD.findall(text)} - DULL)
