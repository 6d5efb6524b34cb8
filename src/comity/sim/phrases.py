"""What people write: subjects and texts in ten languages, put together from the sentences in `data/tongues`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from comity.sim.chance import Chance
from comity.sim.people import Person, table

WIDTH = 72


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its usual charsets with weights, and its sentences by topic."""

    code: str
    charsets: tuple[tuple[str, int], ...]
    wrote: str
    lists: Mapping[str, Sequence[str]]
    topics: Mapping[str, Mapping[str, Sequence[str]]]


@cache
def tongue(code: str) -> Tongue:
    """The language with this ISO 639 code."""
    data = table(f"tongues/{code}")
    lists = {key: value for key, value in data.items() if isinstance(value, list) and key != "charsets"}
    topics = {key: value for key, value in data.items() if isinstance(value, dict)}
    return Tongue(code, tuple((name, weight) for name, weight in data["charsets"]), data["wrote"], lists, topics)


def slots(chance: Chance, code: str) -> dict[str, str]:
    """The goods, sums, places and numbers that one conversation is about."""
    lists = tongue(code).lists
    amount = f"{chance.between(1, 48)},{chance.between(100, 999)}.{chance.below(100):02d}"
    return {
        "goods": chance.of(lists["goods"]),
        "colour": chance.of(lists["colours"]),
        "day": chance.of(lists["days"]),
        "n": str(chance.between(2, 480)),
        "money": f"{chance.of(('EUR', 'EUR', 'GBP', 'USD'))} {amount}",
        "ref": f"{chance.of('ABKMRT')}{chance.of('DLNSX')}-{chance.between(10200, 98700)}",
        "port": chance.of(table("firms")["ports"]),
        "firm": chance.of(table("firms")["firm"])["name"],
    }


def subject(chance: Chance, code: str, topic: str, fill: Mapping[str, str]) -> str:
    """A subject line for a new conversation."""
    return chance.of(tongue(code).topics[topic]["subjects"]).format_map(fill)


def text(chance: Chance, code: str, paragraphs: Sequence[Sequence[str]], fill: Mapping[str, str]) -> str:
    """A letter's text: greeting, paragraphs of sentences, closing. `fill` has `to` and `me` as well."""
    lists = tongue(code).lists
    parts = [chance.of(lists["greeting"]).format_map(fill)]
    for paragraph in paragraphs:
        parts.append(wrapped(" ".join(paragraph).format_map(fill)))
    parts.append(chance.of(lists["closing"]).format_map(fill))
    return "\n\n".join(parts) + "\n"


def says(code: str, topic: str) -> Sequence[str]:
    """The sentences of one topic."""
    return tongue(code).topics[topic]["says"]


def wrapped(paragraph: str, width: int = WIDTH) -> str:
    """The paragraph broken at spaces into lines of at most `width` characters where that is possible."""
    lines, line = [], ""
    for word in paragraph.split(" "):
        if line and len(line) + len(word) >= width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def quoted(earlier: str, code: str, who: Person, when: str, most: int = 14) -> str:
    """The earlier letter as a reply repeats it: who wrote it when, and its first lines after `> `."""
    lines = earlier.rstrip("\n").split("\n")[:most]
    marked = "\n".join(f"> {line}" if line and line[0] != ">" else f">{line}" for line in lines)
    return f"{tongue(code).wrote.format(when=when, who=who.name)}\n{marked}\n"
