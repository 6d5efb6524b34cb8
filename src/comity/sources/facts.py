"""From an item's header to what the kernel sorts it by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from comity.kernel.collection import ItemFacts, Span
from comity.sources.charsets import decoded
from comity.sources.headers import Field, addresses, fields, hops, ip_address, moment, split
from comity.sources.port import Item, Layout
from comity.sources.prefilter import FIELD, HEAD_LIMIT

_HOPS_SHOWN = 100
_ORIGINS = ("x-originating-ip", "x-originating-client-ip", "x-sender-ip")


def whose(item: Item, octets: bytes, layout: Layout) -> tuple[ItemFacts, list[Field]]:
    """As much of an item's facts as tells whose it is, and its fields; `octets` hold its header at least."""
    head, _ = split(octets)
    found = fields(head)
    people = tuple(_addresses(item, found, layout))
    return ItemFacts(item.place, layout.owner, people, _trouble(octets, head)), found


def facts_of(item: Item, whose: ItemFacts, found: list[Field], layout: Layout) -> ItemFacts:
    """All that an item's header says of it, but nothing of its content."""
    zone = _zone(layout.zone) if layout.zone else None
    date, dated = _dated(item, found, layout, zone)
    first = dict(reversed(found))
    return replace(
        whose,
        date=date,
        dated=dated,
        message_id=decoded(first["message-id"]).strip()[:998] if "message-id" in first else None,
        hops=tuple(span for hop in list(hops(found))[:_HOPS_SHOWN] if (span := moment(decoded(hop), zone))),
        origin=next((ip for name in _ORIGINS if name in first and (ip := ip_address(first[name]))), None),
    )


def _trouble(octets: bytes, head: bytes) -> str:
    if not octets:
        return "the item is empty"
    if len(head) >= HEAD_LIMIT:
        return f"the header does not end within {HEAD_LIMIT >> 20} MiB"
    return "" if FIELD.match(head) else "the item does not begin with a header field"


def _addresses(item: Item, found: list[Field], layout: Layout) -> Iterator[tuple[str, str]]:
    """Every address by the field that it stands in, in the order of the item, the From_ line first."""
    names = _owning(layout.fields)
    if "from_" in names and item.envelope:
        sender = item.envelope.split(maxsplit=2)[1]
        yield from ((names["from_"], address) for address in addresses(sender))
    for name, value in found:
        if name in names:
            yield from ((names[name], address) for address in addresses(value))


@lru_cache
def _owning(names: tuple[str, ...]) -> dict[str, str]:
    return {name.lower(): name for name in names}


@lru_cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _dated(item: Item, found: list[Field], layout: Layout, zone: ZoneInfo | None) -> tuple[Span | None, str]:
    """The date that counts, and the basis it was read from; or None, and what was looked at in vain."""
    vain = list[str]()
    for basis in layout.dates:
        name, spans = _basis(basis, item, found, zone)
        if spans:
            span = Span(min(s.earliest for s in spans), max(s.latest for s in spans))
            return span, name + (f", as {' and '.join(vain)} cannot be read" if vain else "")
        vain.append(name)
    return None, f"no date can be read from {' or '.join(vain)}"


def _basis(basis: str, item: Item, found: list[Field], zone: ZoneInfo | None) -> tuple[str, list[Span]]:
    """One basis by name, and the dates it gives; several Date fields together span the moments they name."""
    if basis == "date":
        return "Date", _spans([value for name, value in found if name == "date"], zone)
    if basis == "received":
        return "Received", _spans(list(hops(found))[:1], zone)
    if item.delivered:
        return "record of delivery", [item.delivered]
    return "From_ line", _spans([item.envelope], zone)


def _spans(texts: list[bytes], zone: ZoneInfo | None) -> list[Span]:
    return [span for text in texts if (span := moment(decoded(text), zone))]
