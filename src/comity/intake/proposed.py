"""What a text seems to demand, by whichever reader knows its shape."""

from __future__ import annotations

from comity.intake.epoc import is_epoc, propose_epoc
from comity.intake.etsi import is_etsi, propose_etsi
from comity.intake.known import Known
from comity.intake.passages import Proposal
from comity.intake.printed import is_printed, propose_printed
from comity.intake.warrant import propose


def shape_of(text: str) -> str:
    """The shape that a text has, if it is one that is told apart: `etsi`, `epoc`, `certificate`; else empty."""
    if is_etsi(text):
        return "etsi"
    return "epoc" if is_epoc(text) else "certificate" if is_printed(text) else ""


def proposed(text: str, known: Known, title: str, digest: str) -> Proposal:
    """What a text seems to demand: a message in XML by its elements, any other paper by its words."""
    reader = {"etsi": propose_etsi, "epoc": propose_epoc, "certificate": propose_printed}.get(shape_of(text), propose)
    return reader(text, known, title, digest)
