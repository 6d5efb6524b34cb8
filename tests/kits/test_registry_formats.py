"""The pages on the registry's formats say what the code does: their examples are read, their faults are all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from comity.kernel import ledger
from comity.kernel.ledger import COSIGNATURE, Checkpoint, Leaf, Note
from comity.registry import check, keys

FORMATS = Path(__file__).parents[2] / "docs" / "formats"


def page(name: str) -> str:
    return (FORMATS / f"{name}.md").read_text()


def block(name: str, number: int) -> str:
    """The text between the fences of one block of a page."""
    return re.findall(r"^```\w*\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)[number]


def faults(name: str) -> list[str]:
    """The first cells of the table of faults."""
    return re.findall(r"^\| `([a-z]+(?:-[a-z]+)+)` \|", page(name), re.MULTILINE)


def test_the_leaf_on_the_page_is_a_leaf() -> None:
    """With the salts, payload and matter that the page gives for it."""
    leaf = ledger.read_leaf(block("ledger", 0).strip().encode())
    assert isinstance(leaf, Leaf)
    salt = bytes(range(32))
    assert leaf.commitment == ledger.commitment(salt, b'{"paper":"warrant.pdf"}')
    assert leaf.matter == ledger.commitment(salt, b"M-2013-001")


def test_the_checkpoint_on_the_page_is_signed_by_the_keys_on_the_page() -> None:
    """By the log over that leaf, and by the witness."""
    [log, witness] = [keys.read_key(line) for line in block("checkpoint", 1).splitlines()]
    assert witness.kind == COSIGNATURE
    for known in ([log], [witness], [log, witness]):
        head = ledger.believed(block("checkpoint", 0), known, keys.verify)
        assert isinstance(head, Checkpoint)
    leaf = ledger.leaf_hash(block("ledger", 0).strip().encode())
    assert head.includes(leaf, 0, ())
    assert isinstance(ledger.read_note(block("checkpoint", 0)), Note)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("registry", set(check.REMEDIES)),
        ("ledger", {"leaf-unreadable"}),
        ("checkpoint", {"note-unreadable", "checkpoint-unreadable", "signature-wrong", "signature-unknown"}),
    ],
)
def test_every_fault_is_on_its_page(name: str, known: set[str]) -> None:
    """And each that is there exists; those of the kernel are the names its source gives."""
    assert set(faults(name)) == known
    assert len(faults(name)) == len(known)


def test_the_kernels_faults_are_those_of_two_pages() -> None:
    """Whatever the ledger's source names is on one of them."""
    source = Path(ledger.__file__).read_text()
    named = set(re.findall(r'_fault\(\s*"([a-z-]+)"', source))
    assert named == {*faults("ledger"), *faults("checkpoint")}


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    """In the words of the page."""
    limits = (f"{ledger.NOTE_LIMIT:,} characters", f"1 to {ledger.SIGNATURE_LIMIT} signatures")
    assert all(limit in page("checkpoint") for limit in limits)
    assert f"at most {ledger.LEAF_LIMIT:,} octets" in page("ledger")
