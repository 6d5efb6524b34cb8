"""Large and hostile messages in bounded memory, and the malformed mail that others have gathered."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.making import FROM, collected, message, scope, sorting_of, stored

from comity.kernel.collection import Piece, Remark
from comity.sources import Layout, collect, items, open_store
from comity.sources.text import texts

WALK = """
import sys
from comity.kernel.demand import Scope
from comity.sources import Collection, Layout, open_store
scope = Scope(("ann@x.example",), frozenset({"content"}), terms=("merger",))
for one in Collection(open_store(sys.argv[1], Layout("archive")), scope):
    print(one.sorting.side, one.sha256)
status = open("/proc/self/status").read()
print(status.partition("VmHWM:")[2].split()[0])
"""


on_linux = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="this system does not tell a peak of memory"
)


def walked(path: Path) -> tuple[list[str], int]:
    """The sides of a store's items, and the most memory a process had that walked it, in MB."""
    done = subprocess.run([sys.executable, "-c", WALK, str(path)], check=True, capture_output=True, text=True)
    *sides, peak = done.stdout.splitlines()
    return [side.split()[0] for side in sides], int(peak) // 1024


@on_linux
@pytest.mark.parametrize("kind", ["8bit", "base64", "text/html"])
def test_a_line_of_a_hundred_megabytes_is_searched_in_bounded_memory(tmp_path: Path, kind: str) -> None:
    """Under 200 MB, whatever its encoding; the term at its end is found."""
    line = b"x " * 50_000_000 + b"the merger"
    line = base64.b64encode(line[: len(line) * 3 // 4] + b" the merger") if kind == "base64" else line
    encoding = kind if "/" not in kind else "8bit"
    form = kind if "/" in kind else "text/plain"
    head = message(b"", Content_Type=f"{form}; charset=utf-8", Content_Transfer_Encoding=encoding)
    (tmp_path / "mbox").write_bytes(FROM + head + line + b"\n")
    sides, peak = walked(tmp_path / "mbox")
    assert sides == ["in"]
    assert peak < 200


def test_a_message_beyond_the_limit_is_unreadable_for_terms_and_hashed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person must look at it; without terms it is in, with its hash."""
    monkeypatch.setattr(collect, "SIZE_LIMIT", 1000)
    store = stored(tmp_path / "mbox", FROM + message(b"merger" * 1000 + b"\n"))
    [one], _ = collected(store, scope(terms=("merger",)))
    assert one.sorting.side == "unreadable"
    assert "of which at most 1000 are searched" in one.sorting.because[-1].found
    assert one.sha256
    assert sorting_of(store, scope()).side == "in"


@on_linux
def test_walking_a_large_archive_takes_no_memory_for_what_it_passes_over(tmp_path: Path) -> None:
    """A hundred megabytes of other people's mail are gone past in a fixed window."""
    other = FROM + message(b"y" * 72 + b"\n\n", From="eve@z.example") + b"\n"
    with (tmp_path / "mbox").open("wb") as file:
        for _ in range(100):
            file.write(other * (1_000_000 // len(other)))
        file.write(FROM + message(b"the merger\n"))
    sides, peak = walked(tmp_path / "mbox")
    assert sides == ["in"]
    assert peak < 100


FOLDERS = ["malformed/stalwart", "malformed/cpython", "notmuch", "spamassassin/spam-2"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_malformed_mail_is_read_whole(shared: Callable[[str], Path], folder: str) -> None:
    """Every file is an item with its octets or is named as none; every text is read or remarked upon."""
    root = shared(f"data/{folder}")
    store = open_store(root, Layout("archive", kind="eml"))
    read = 0
    for item in items(store):
        octets = item.octets()
        assert (item.envelope + octets) == (root / item.place.file).read_bytes()
        assert all(isinstance(text, Piece | Remark) for text in texts(octets))
        read += 1
    named = sum(fault.name == "not-a-message" for fault in store.gauge.faults.all())
    assert read + named == sum(path.is_file() for path in root.rglob("*"))
    assert read > 40


def test_real_mail_is_sorted_and_adds_up(shared: Callable[[str], Path]) -> None:
    """6,046 messages, each on one side; what was passed over unread would have been sorted no differently."""
    store = open_store(shared("data/spamassassin"), Layout("archive"))
    assert "a folder of messages" in store.says
    asked = scope("zzzz@localhost.netnoteinc.com", terms=("linux",))
    found, counts = collected(store, asked)
    assert counts.total == 6046
    assert counts.inside > 0
    assert counts.out > 0
    everyone = [one for one in items(store) if b"zzzz@localhost.netnoteinc.com" in one.octets(20_000).lower()]
    assert len(found) <= len(everyone)
    assert {one.item.place for one in found} <= {item.place for item in everyone}
    assert [fault.where for fault in store.gauge.faults.all()] == ["LICENSE"]
