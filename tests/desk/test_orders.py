"""A European order comes in, alone, by mail or in an archive: the Union's law decides it, its clock runs at once."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from typer.testing import CliRunner

from comity.cli import rooms
from comity.cli.common import app
from comity.desk import arrival
from comity.desk import demand as intake
from comity.desk.decision import assess
from comity.desk.matter import deadlines, demand_of, load
from comity.desk.office import Office, init
from comity.errors import ComityError, Faulty
from comity.sim.orders import Asked, Order

STORY = Path(__file__).parents[1] / "stories" / "epoc.txt"
SERVED = datetime(2026, 9, 1, 10, tzinfo=UTC)
NORA = "nora@lough.example"
EPOC = Order((Asked(NORA, ("Traffic",)),), "Lough Mail Ltd", signed="2026-08-31+02:00")
CHOSEN = {
    "id": "E-1", "served": "2026-09-01T10:00:00Z", "channel": "registry", "place": "DE", "court": "de-ag",
    "served.eu_addressee": "true", "demand.offence_qualifies": "true", "demand.domestic_case": "false",
    "demand.identification_only": "false",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    """The office of the story, without its order."""
    root = tmp_path / "office"
    init(root, "Lough", "ledger.lough.example/comity", "ie").close()
    for name, text in re.findall(r"^=== (office/\S+)\n(.*?)^===$", STORY.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text, "utf-8")
    it = Office(root)
    yield it
    it.close()


def receive(it: Office, folder: Path, order: Order, **more: str) -> None:
    """Take an order in as its XML message, and have the clerk confirm it."""
    path = folder / "order.xml"
    path.write_text(order.xml, "utf-8")
    came = replace(arrival.from_file(it, path, "clerk", SERVED), choices={**CHOSEN, **more})
    demand, done = arrival.demanded(it, came, "clerk", SERVED)
    intake.receive(it, demand, "clerk", SERVED, done)


def decided(it: Office) -> tuple[dict[str, str], dict[str, datetime]]:
    """The verdicts by category, and by its name the clock that runs out first."""
    matter = load(it, "E-1")
    found = assess(it, matter, SERVED)
    reasons = [r for one in found.ruled for r in one.decision.objections + one.decision.duties]
    clocks: dict[str, datetime] = {}
    for one in deadlines(matter, reasons, "DE", SERVED):
        clocks[one.name] = min(one.due, clocks.get(one.name, one.due))
    verdicts = {one.category: one.decision.verdict for one in found.ruled}
    return verdicts, clocks


def test_an_order_for_traffic_is_compelled_within_ten_days_of_receipt(desk: Office, tmp_path: Path) -> None:
    receive(desk, tmp_path, EPOC)
    verdicts, clocks = decided(desk)
    assert verdicts == {"traffic": "compelled"}
    assert clocks["answer"] == datetime(2026, 9, 11, 22, tzinfo=UTC), "the end of the tenth day in Berlin"
    assert clocks["window"] == clocks["answer"]


def test_an_emergency_runs_eight_hours_from_receipt(desk: Office, tmp_path: Path) -> None:
    receive(desk, tmp_path, replace(EPOC, deadline="WITHIN_8_HOURS"))
    verdicts, clocks = decided(desk)
    assert clocks["answer"] == SERVED + timedelta(hours=8) and "window" not in clocks
    assert verdicts == {"traffic": "compelled"}


def test_a_prosecutors_order_for_content_compels_nothing(desk: Office, tmp_path: Path) -> None:
    receive(
        desk,
        tmp_path,
        replace(EPOC, asked=(Asked(NORA),), issuer="PUBLIC_PROSECUTOR"),
        **{"demand.validated_by": "nobody"},
    )
    assert decided(desk)[0]["content"] != "compelled"


def test_a_preservation_order_is_kept_for_sixty_days(desk: Office, tmp_path: Path) -> None:
    receive(desk, tmp_path, replace(EPOC, preserves=True, issuer="PUBLIC_PROSECUTOR"))
    verdicts, clocks = decided(desk)
    assert clocks["preservation"].date() == (SERVED + timedelta(days=60)).date()
    assert "compelled" not in verdicts.values(), "it opens nothing"


def test_what_is_missing_keeps_it_out_until_a_person_states_it(desk: Office, tmp_path: Path) -> None:
    with pytest.raises(Faulty) as told:
        receive(desk, tmp_path, replace(EPOC, addressee="", reference=""))
    assert [fault.name for fault in told.value.faults] == ["certificate-incomplete"] * 2  # type: ignore[union-attr]
    receive(desk, tmp_path, replace(EPOC, addressee="", reference=""), served_entity="ie", reference="12 Gs 345/26")
    assert demand_of(load(desk, "E-1")).reference == "12 Gs 345/26"


def mail(*papers: tuple[str, bytes]) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "court@linde.example", "legal@lough.example", "An order"
    made["Date"] = "Tue, 01 Sep 2026 11:58:00 +0200"
    made.set_content("The order is attached.")
    for name, raw in papers:
        made.add_attachment(raw, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def archive(*papers: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, raw in papers:
            made.writestr(name, raw, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def run(it: Office, *more: str) -> str:
    rooms.load()
    done = CliRunner().invoke(app, ["receive", "--office", str(it.root), *more])
    assert all(len(line) <= 80 for line in done.stdout.splitlines()) or "--json" in more
    return " ".join((done.stdout + (done.exception.message if isinstance(done.exception, ComityError) else "")).split())


PAPERS = (("note.txt", b"a covering note"), ("order.xml", EPOC.xml.encode()), ("scan.pdf", b"%PDF-1.4 broken"))
SETS = [part for name, value in CHOSEN.items() for part in ("--set", f"{name}={value}")]


@pytest.mark.parametrize(
    ("name", "raw"),
    [("mail.eml", mail(*PAPERS)), ("papers.zip", archive(*PAPERS)), ("in.zip", archive(("m.eml", mail(*PAPERS))))],
    ids=["mail", "archive", "mail in an archive"],
)  # fmt: skip
def test_the_verb_reads_what_brought_the_papers(desk: Office, tmp_path: Path, name: str, raw: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    said = run(desk, str(path))
    assert "order.xml (epoc): is taken for the demand" in said and "note.txt (text): came with it" in said
    assert "scan.pdf (unread): " in said and "instrument = eu-epoc" in said
    assert "Matter E-1 begins" in run(desk, str(path), "--by", "clerk", "--at", "2026-09-01T12:00Z", *SETS)
    held = [title for title, _ in demand_of(load(desk, "E-1")).papers]
    assert held[0] == "order.xml" and {"note.txt", "scan.pdf", name} <= set(held)


def test_another_paper_can_be_the_one_that_demands(desk: Office, tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(mail(*PAPERS))
    assert "note.txt (text): is taken for the demand" in run(desk, str(path), "--paper", "note.txt")
    assert "is not the name of one of the papers" in run(desk, str(path), "--paper", "letter.txt")
    assert "nothing was read in" in run(desk, str(path), "--paper", "scan.pdf")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (archive(("../../evil.txt", b"x")), "leads elsewhere"),
        (archive(("a.txt", b"x" * (41 << 20))), "it says that it unpacks to more"),
        (archive(*((f"{n}.txt", b"x") for n in range(31))), "more than 30 papers"),
        (b"PK\x03\x04 and no more", "was not opened"),
        (archive(("form.xml", EPOC.xml.replace("epocForm1", "epocPrForm6").encode())), "form 6"),
        (b"GIF89a\0\0\0", "neither text nor PDF"),
    ],
    ids=["path", "bomb", "many", "broken", "another form", "picture"],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_a_reason(desk: Office, tmp_path: Path, raw: bytes, says: str) -> None:
    path = tmp_path / "came.bin"
    path.write_bytes(raw)
    said = run(desk, str(path), "--by", "clerk", *SETS)
    assert says in said and not desk.registry.matters()


def test_a_written_demand_in_a_message_is_one(desk: Office, tmp_path: Path) -> None:
    found = re.search(r"^=== epoc\.toml\n(.*?)^===$", STORY.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    path = tmp_path / "mail.eml"
    path.write_bytes(mail(("epoc.toml", found[1].encode())))
    assert "Matter E-1 begins" in run(desk, str(path), "--by", "clerk", "--at", "2026-09-01T12:00Z")
    assert [title for title, _ in demand_of(load(desk, "E-1")).papers] == ["epoc.toml", "mail.eml"]
