"""A small case that the gate opens for, and all that a production of it needs: for tests of what leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pyrage
from tests.strategies import CONFIRMED, NOON, demands

from comity.desk.codec import encode
from comity.desk.produce import Dispatch, evidence
from comity.kernel.collection import Counts, Place, Sorting, Trial
from comity.kernel.decision import Decision
from comity.kernel.demand import Scope
from comity.kernel.gate import Approval, Case, Hits, Refusal, Release, Ruled, open_gate
from comity.kernel.matter import Event, Matter, fold
from comity.kernel.production import TRAFFIC, Collected, Item, Manifest, Table, inventory, plan, table
from comity.letters.certificate import Custodian, certificate
from comity.registry import keys
from comity.registry.port import NewEntry, Registry, Signer
from comity.registry.sqlite import create

OWEN = "owen@meridian.example"
CONTENT = Scope((OWEN,), frozenset({"content"}))
SIGNER = keys.signer("ledger.example/office", b"an office's key, 32 octets long.")
OTHER_SIGNER = keys.signer("ledger.example/office", b"another's key is 32 octets long.")
IDENTITY = pyrage.x25519.Identity.generate()
STRANGER = pyrage.x25519.Identity.generate()
CUSTODIAN = Custodian("Maeve Kinsella", "records custodian", "Meridian Ireland Ltd")
ISSUED = Event("v-issued", "issued", NOON - timedelta(days=30), NOON - timedelta(days=30), "warrant issued", "paper")
MAILS = (b"From: a@x.example\n\nhello\n", b"From: b@x.example\r\n\r\nhello again\r\n", b"")


def sorted_in(place: Place, scope: Scope = CONTENT) -> Sorting:
    """An item that every part of the scope lets in."""
    asked = {"store": scope.stores, "folder": scope.folders, "date": scope.since or scope.until, "terms": scope.terms}
    trials = [Trial(name, True, "found") for name, given in asked.items() if given]
    return Sorting(place, (Trial("account", True, f"in the mailbox of `{OWEN}`"), *trials))


def items(mails: Iterable[bytes] = MAILS, scope: Scope = CONTENT) -> tuple[Item, ...]:
    """Mails as they were collected from one mbox."""
    found, offset = [], 0
    for mail in mails:
        place = Place("dublin-1", "INBOX", "inbox.mbox", offset, len(mail))
        found.append(Item(sorted_in(place, scope), hashlib.sha256(mail).hexdigest(), len(mail)))
        offset += len(mail) + 40
    return tuple(found)


def collected(mails: Iterable[bytes] = MAILS, scope: Scope = CONTENT, out: int = 4) -> Collected:
    """What collection found: the mails, and others that are out."""
    found = items(mails, scope)
    return Collected(found, {"dublin-1": Counts(len(found), out)})


def traffic_table(rows: int) -> tuple[Table, bytes]:
    """A traffic answer."""
    row = dict.fromkeys(TRAFFIC) | {"from": ["a@x.example"], "to": [OWEN], "size": 24}
    octets = table(TRAFFIC, [row] * rows)
    return Table.of("traffic.csv", octets, rows), octets


def released(of: Collected, scope: Scope = CONTENT, found: int | None = None) -> Release:
    """The gate's release for exactly what was collected."""
    number = len(of.items) if found is None else found
    unreadable = sum(counts.unreadable for counts in of.counts.values())
    hits = Hits(scope.digest, number, number, 0, unreadable, bool(unreadable), inventory(of.items, of.tables))
    answer = ask(hits, scope)
    assert isinstance(answer, Release), answer
    return answer


def ask(hits: Hits, scope: Scope = CONTENT, *more: Event) -> Release | Refusal:
    """What the gate says of these hits, when more has happened."""
    decision = Decision("compelled", (), (), (), (), (), (), "sha256:reading")
    classes = tuple(Ruled(f"dublin-1/{name}", name, decision) for name in sorted(scope.categories))
    case = Case(demands(scope), (CONFIRMED,), classes, hits)
    matter = Matter("M-0001", fold("M-0001", [ISSUED, *more]).events)
    ids = tuple(one.id for one in classes)
    approvals = tuple(
        Approval("M-0001", person, "approver", NOON - timedelta(hours=1), scope.digest, ids, hits.digest)
        for person in ("anna", "ben")
    )
    return open_gate(case, matter, approvals, scope, NOON)


def planned(of: Collected, scope: Scope = CONTENT, found: int | None = None) -> tuple[Release, Manifest]:
    """A release and its manifest."""
    release = released(of, scope, found)
    manifest = plan(release, "M-0001", scope, of)
    assert isinstance(manifest, Manifest), manifest
    return release, manifest


def ledger(folder: Path, release: Release, signer: Signer = SIGNER) -> Registry:
    """A registry that holds the release among other entries."""
    registry = create(folder, signer)
    says = f"the gate opened for {release.hits.found} items"
    event = Event("e1", "released", release.at, release.at, says, "gate", data=(("hits", release.hits.digest),))
    for kind, payload in (("filing", b"{}"), ("released", encode(event)), ("filing", b"{}")):
        registry.append(NewEntry("M-0001", kind, NOON, NOON, payload))
    return registry


def dispatched(
    folder: Path, release: Release, manifest: Manifest, octets: Callable[[Item], Iterable[bytes]]
) -> Dispatch:
    """All that a production needs, from a registry in a folder."""
    registry = ledger(folder, release)
    paper = certificate(manifest, demands(CONTENT), CUSTODIAN)
    made = Dispatch(
        (str(IDENTITY.to_public()),), SIGNER, evidence(registry, "M-0001"), paper, octets, lambda: ask(release.hits)
    )
    registry.close()
    return made


def mailbox(mails: Iterable[bytes] = MAILS) -> Callable[[Item], Iterable[bytes]]:
    """The octets of mails, by where they lie."""
    octets = {item.place: mail for item, mail in zip(items(mails), mails, strict=True)}
    return lambda item: (octets[item.place][at : at + 7] for at in range(0, len(octets[item.place]), 7))
