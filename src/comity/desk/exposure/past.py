"""The past of a picture in words: on each day that changed it, the law that came and went, and what moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from comity.desk.exposure.classes import Line
from comity.desk.exposure.history import History, Picture, Turn
from comity.desk.exposure.then import Links, Numbers, Standing, links
from comity.exposure.change import NOT_HELD, Move
from comity.exposure.cube import Cube
from comity.exposure.sweep import STRENGTH
from comity.kernel.law import LIVE
from comity.lawpack import Packs
from comity.letters.exposure_page import Change, Moved, Past, Place

MOST_MOVES: Final = 12
NAMED: Final = 4


class Telling:
    """Tells a history to who knows states by name; those that are alike (`places`) are told as one."""

    def __init__(self, packs: Packs, names: Mapping[str, str], places: Sequence[Place]) -> None:
        self.packs, self.names = packs, names
        self.called = {place.code: place.named for place in places}
        self.rules = {rule.id: rule for rule in packs.law.rules}
        self.asks = {question.term: question.asks for question in packs.law.questions}
        self.groups = {str(group.get("id")): str(group.get("meaning", group.get("id"))) for group in packs.groups}

    def past(self, found: History, cube: Cube, lines: Sequence[Line]) -> Past:
        """The days on which the picture changed; what of it stands in the flow and in the listed classes."""
        before, changes = found.first, []
        standing = Standing(cube, lines, [found.start, *(turn.found.new for turn in found.turns)])
        flows, stands = links(found.start), standing.on(found.start)
        first = _flowed(flows, {}), _differs(stands, standing.own)
        for turn in found.turns:
            now, then = links(turn.found.new), standing.on(turn.found.new)
            change = self._change(turn, before)
            changes.append(replace(change, flows=_flowed(now, flows), stands=_differs(then, stands)))
            before, flows, stands = turn.picture, now, then
        return Past(found.since, self._numbers(found.first, {}), tuple(changes), found.tried, *first)

    def _change(self, turn: Turn, before: Picture) -> Change:
        groups = [(key, moves) for key, moves in turn.found.grouped().items() if key[0] in self.called]
        moved = [
            Moved(self.called[place], category, sum(move.accounts for move in moves), _said(old), _said(new))
            for (place, category, old, new), moves in groups
        ]
        moved.sort(key=lambda one: -one.accounts)
        every = [move for _, moves in groups for move in moves]
        says = (*self._joined(turn.on), *self._answered(turn.on, every), *self._reasons(every))
        numbers = self._numbers(turn.picture, before)
        return Change(turn.on, says, tuple(moved[:MOST_MOVES]), max(0, len(moved) - MOST_MOVES), numbers)

    def _joined(self, day: date) -> Iterator[tuple[str, str, str]]:
        """The states that joined a group on that day, or left it."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for member in self.packs.law.members:
            for sign, when in (("+", member.since), ("−", member.until)):
                if when == day:
                    found.setdefault((sign, member.group, member.cite), []).append(member.place)
        for (sign, group, cite), places in sorted(found.items()):
            named = [self.names.get(place, place) for place in sorted(places)]
            more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
            yield sign, f"{self.groups.get(group, group).rstrip('.')}: {', '.join(named[:NAMED])}{more}", cite

    def _answered(self, day: date, moves: Iterable[Move]) -> Iterator[tuple[str, str, str]]:
        """What courts and legislatures said on that day, to points that came or went."""
        turned = {reason.removeprefix("open ") for move in moves for reason in (*move.gone, *move.come)}
        for answer in self.packs.law.answers:
            for line in answer.history:
                if line.day == day and f"question.{answer.question}" in turned:
                    yield "+" if line.what in LIVE else "−", f"{line.what}: {answer.reads}", line.cite or answer.cite

    def _reasons(self, moves: Iterable[Move]) -> Iterator[tuple[str, str, str]]:
        """The rules and open points that came and went; not those that a new demand was the first to meet."""
        seen: dict[str, set[str]] = {}
        known = [move for move in moves if move.old and move.new]
        for sign, reasons in [*(("+", move.come) for move in known), *(("−", move.gone) for move in known)]:
            for reason in reasons:
                seen.setdefault(reason, set()).add(sign)
        for reason, signs in sorted(seen.items(), key=lambda each: ("−" in each[1], each[0].lstrip("?"))):
            if len(signs) == 1:
                yield next(iter(signs)), *self._law(reason)

    def _law(self, reason: str) -> tuple[str, str]:
        effect, _, id = reason.partition(" ")
        if effect == "open":
            return f"open: {self.asks.get(id, id)}", ""
        rule = self.rules[id]
        return f"{'perhaps: ' if effect.startswith('?') else ''}{rule.reads}", rule.cite

    def _numbers(self, now: Picture, before: Picture) -> dict[str, Sequence[int]]:
        """The numbers that are not what they were, by `US/content`; what is no longer asked for is nought."""
        nought = (0,) * len(STRENGTH)
        return {
            f"{name[0]}/{name[1]}": now.get(name, nought)
            for name in sorted(now.keys() | before.keys())
            if name[0] in self.called and now.get(name) != before.get(name)
        }


def _flowed(now: Links, before: Links) -> tuple[tuple[str, str, str, int, int], ...]:
    """The flows that are not what they were; what is exposed no longer is nought."""
    changed = (name for name in now | before if now.get(name) != before.get(name))
    return tuple((*name, *now.get(name, (0, 0))) for name in changed)


def _differs(now: Sequence[Numbers], before: Sequence[Numbers]) -> dict[int, Numbers]:
    """The classes, by their place in the list, that do not stand as they did."""
    return {at: one for at, (one, old) in enumerate(zip(now, before, strict=True)) if one != old}


def _said(verdict: str) -> str:
    """Where no demand is made, there is no verdict."""
    return "not asked" if verdict == NOT_HELD else verdict
