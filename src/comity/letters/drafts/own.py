"""Letters that are about one thing: the notice to the user of an account, and the certificate of a production.

Neither is made from what was decided, and neither says anything of the law: the notice tells the facts of a demand, the
certificate those of what left. What figures and digests say in a certificate is fixed; only its words are people's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from comity.kernel.collection import Counts
from comity.letters.certificate import COPIED, NAMED, SAME, Certified, kept, line_of, position, unread, what
from comity.letters.drafts.model import File, Letter, Paragraph, authority, blank, heading
from comity.letters.notice import TITLE, Telling, facts_of, paragraphs


def notice(file: File, telling: Telling) -> Letter:
    """What the user of an account is told."""
    facts = facts_of(file.demand, telling)
    head = (
        ("To", f"the user of {telling.account}"),
        ("From", ", ".join(part for part in (file.served, telling.contact) if part)),
        ("Date", f"{file.day:%Y-%m-%d}"),
    )
    first, *rest = (Paragraph(key, says) for key, says in paragraphs(telling))
    listed = (Paragraph(f"fact:{name}", f"{name}: {value}") for name, value in facts)
    return Letter(
        "notice", TITLE, "", file.day, head, (first, *listed, *rest), file.paper, file.served, telling.account
    )


def certificate(file: File, certified: Certified) -> Letter:
    """What the custodian says of a production that left."""
    manifest, demand = certified.manifest, file.demand
    released = manifest.released.astimezone(UTC)
    head = (
        ("To", authority(file)),
        ("From", ", ".join(part for part in (file.served, file.contact) if part)),
        ("Demand", file.instrument),
        ("Your reference", demand.reference),
        ("Served", f"{demand.served:%Y-%m-%d}"),
        ("Our reference", file.matter),
        ("Released", f"{released:%Y-%m-%d %H:%M} UTC"),
        ("Date", f"{file.day:%Y-%m-%d}"),
    )
    who = certified.custodian
    return Letter(
        "certificate", "Certificate of a custodian of records", file.instrument, file.day,
        tuple(line for line in head if line[1]), tuple(_certificate(certified)), file.paper,
        f"{who.title}, {who.entity}", file.about,
    )  # fmt: skip


def _certificate(certified: Certified) -> Iterator[Paragraph]:
    manifest, who = certified.manifest, certified.custodian
    yield Paragraph("position", position(who))
    yield Paragraph("hand-over", "With this certificate I hand over what is named below.")
    yield Paragraph("kept", kept(who))
    yield Paragraph("copied", COPIED)
    yield Paragraph("named", f"{NAMED} {SAME}")
    yield blank("form", "under which rule of the forum, and in what form, this certificate is given: no pack says so")
    yield heading("figures", "What was produced")
    yield _figure("what", f"{what(manifest)[:1].upper()}{what(manifest)[1:]}.")
    yield _figure("manifest", f"The manifest: {manifest.digest}")
    every = sum(manifest.counts.values(), Counts())
    stores = [*sorted(manifest.counts.items()), *([("Together", every)] if len(manifest.counts) > 1 else [])]
    for store, counts in stores:
        sides = ", ".join(f"{number:,} {side}" for side, number in counts.as_json().items())
        yield _figure(f"counts:{store}", f"{store}: {sides}; {counts.total:,} in all.")
    if manifest.hits.unreadable:
        yield _figure("unreadable", unread(manifest))
    for one in certified.withheld:
        yield _figure(f"withheld:{one.number}", f"Within the scope and withheld by counsel, {line_of(one)}.")
    yield heading("declared", "Declaration")
    yield Paragraph("declared", "I declare that the foregoing is true and correct.")


def _figure(key: str, says: str) -> Paragraph:
    return Paragraph(f"figure:{key}", says, fixed=True)
