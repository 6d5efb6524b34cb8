"""Is this demand what it says it is? Each look at message, papers, law, directory and other matters, at a real desk.

The story at the end: a forged emergency demand through a real police mailbox. The mailbox is stolen, so all that the
message can prove holds; the demand is caught all the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.intake.mailer import IP, dns, letter, signed
from tests.intake.test_apart import archive

from comity.desk import authenticity as desk
from comity.desk import gate, office
from comity.desk.agencies import Agency, Contact, add, add_contact
from comity.desk.authenticity import Call, Examined, Message, call_back, examine
from comity.desk.demand import receive
from comity.desk.matter import load
from comity.desk.office import NotThatPerson, Office
from comity.errors import Faulty
from comity.intake import apart
from comity.intake.authentic.answers import NONE, Answers, NotAnswers
from comity.intake.inside import walls
from comity.kernel.demand import Demand, Scope
from comity.kernel.gate import Refusal
from comity.registry.blobs import Blobs
from comity.sim.papers import as_pdf

SERVED = datetime(2026, 11, 2, 9, 10, tzinfo=UTC)
NOW = SERVED + timedelta(hours=1)
DAY = timedelta(days=1)
POLICE, NUMBER = "police.example", "+1 212 555 0100"
ENVELOPE = {"ip": IP, "helo": "mx.police.example", "from": "officer@police.example"}
NORA, OWEN = "nora@larch.example", "owen@larch.example"
TALE = (
    "The applicant states that the holder of the account named above is believed to hold a child in a place unknown, "
    "that a message was seen in which the holder threatens to end that life before evening, that every hour counts, "
    "and that the usual way through the court cannot be waited for without the gravest danger to the child, her family "
    "and the neighbours, as the attached notes of the officer on duty set out at greater length."
)
ORDER = f"UNITED STATES DISTRICT COURT\nSouthern District of New York\n18 U.S.C. § 2703\nAccount: {NORA}\n{TALE}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("authenticity") / "office"
    made = office.init(root, "Larch", "ledger.larch.example/comity")
    rows = "".join(f"{name},dublin-mail,US,,person,mail\n" for name in (NORA, OWEN, "owan@larch.example"))
    (root / "accounts.csv").write_text("address,store,customer_place,nationality,kind,service\n" + rows)
    add(made, Agency("ny-police", "Police of Alder", "US", "police"), "counsel", SERVED - 90 * DAY)
    for kind, value in (("mail", POLICE), ("telephone", NUMBER)):
        source = "their own site, looked at that day"
        add_contact(made, "ny-police", Contact(kind, value, source, SERVED - 80 * DAY, "counsel"))
    made.close()
    return root


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office(Path(shutil.copytree(made, tmp_path / "office")))
    yield opened
    opened.close()


def begun(here: Office, name: str, *papers: tuple[str, bytes], account: str = NORA, **more: object) -> Demand:
    """A matter with its papers kept."""
    kept = tuple((title, Blobs(here.root / "blobs").put([raw])) for title, raw in papers)
    plain = Demand(
        name, "US", "us-sca-warrant", "judge", "us-nysd", "us", SERVED, Scope((account,), frozenset({"content"})),
        "email", papers=kept, issued=date(2026, 11, 1),
    )  # fmt: skip
    demand = replace(plain, **more)
    receive(here, demand, "clerk", SERVED)
    return demand


def message(text: str, *, sender: str = "Officer Ash <officer@police.example>", paper: bytes = b"") -> Message:
    domain = sender.rpartition("@")[2].rstrip(">")
    raw = signed(letter(sender, text, paper), domain)
    return Message("demand.eml", raw, Answers(dns(domain), ENVELOPE | {"from": f"officer@{domain}"}, SERVED))


def weighed(found: Examined, name: str) -> list[bool | None]:
    return [one.supports for one in found.evidence if one.name == name]


def sentence(found: Examined, name: str) -> str:
    return " ".join(one.says for one in found.evidence if one.name == name)


def reasons(here: Office, name: str) -> dict[str, str]:
    answer = gate.ask(here, name, NOW + DAY)
    assert isinstance(answer, Refusal)
    return {reason.name: reason.says for reason in answer.reasons}


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """To load the libraries once and not for each paper; the stories are told with processes of their own."""
    if not request.node.name.startswith("test_a_forged"):
        monkeypatch.setattr(apart, "answer", lambda *given: walls.answered(*given) | {"walls": []})


# The message, the directory


def test_a_message_of_a_domain_that_we_have_had_for_long(here: Office) -> None:
    paper = as_pdf(ORDER)
    begun(here, "M-1", ("order.pdf", paper))
    found = examine(here, "M-1", NOW, message("Our order.", paper=paper))
    assert weighed(found, "dmarc") == weighed(found, "dkim") == weighed(found, "domain") == [True]
    assert "since 2026-08-14, 80 days before" in sentence(found, "domain")
    assert "came with this message, octet for octet" in sentence(found, "carried")
    assert weighed(found, "account") == [None] and not [one for one in found.evidence if one.supports is False]


def test_a_domain_that_looks_like_one_we_have_speaks_against(here: Office) -> None:
    begun(here, "M-1")
    found = examine(here, "M-1", NOW, message("Our order.", sender="officer@po1ice.example"))
    assert weighed(found, "dmarc") == [True], "the forger's own domain is in order"
    assert weighed(found, "look-alike") == [False] and "Police of Alder" in sentence(found, "look-alike")


def test_a_domain_that_we_have_had_only_since_proves_nothing(here: Office) -> None:
    add_contact(here, "ny-police", Contact("mail", "new.example", "told by the officer", NOW, "counsel"))
    begun(here, "M-1")
    found = examine(here, "M-1", NOW, message("Our order.", sender="officer@new.example"))
    assert weighed(found, "domain") == [None] and "only since" in sentence(found, "domain")


def test_a_name_without_a_proof_is_only_a_name(here: Office) -> None:
    begun(here, "M-1")
    raw = letter("officer@police.example", "Our order.").as_bytes()
    found = examine(here, "M-1", NOW, Message("m.eml", raw, Answers(dns(POLICE), {}, SERVED)))
    assert weighed(found, "domain") == [None] and "nothing shows that it came from there" in sentence(found, "domain")


def test_the_directorys_number_and_another(here: Office) -> None:
    begun(here, "M-1")
    found = examine(here, "M-1", NOW, message("Questions? Call +1 (212) 555-0100 or phone 646 555 0199."))
    says = sentence(found, "number")
    assert "is the one our directory has" in says and "646 555 0199; our directory has +1 212 555 0100" in says
    assert set(weighed(found, "number")) == {None}


def test_a_number_is_the_directorys_however_it_is_dialled(here: Office) -> None:
    begun(here, "M-1")
    for text, ours in (("212-555-0100", True), ("(212) 555-0100", True), ("phone 555 0100", False)):
        says = sentence(examine(here, "M-1", NOW, message(text)), "number")
        assert ("is the one our directory has" in says) == ours, text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Call me back on the number in this mail and on no other: 202-555-0147.", "202-555-0147"),
        ("(646) 555-0199, at any hour", "(646) 555-0199"),
        ("646.555.0199", "646.555.0199"),
        ("Social security number 123-45-6789, docket 1:18-mj-90233, badge 90-117.", ""),
        ("Message 1-646-555-01990, account 12-646-555-0199", ""),
    ],
)
def test_a_number_is_known_without_a_word_before_it(here: Office, text: str, number: str) -> None:
    begun(here, "M-1")
    says = sentence(examine(here, "M-1", NOW, message(text)), "number")
    assert (f"gives {number}; our directory has {NUMBER}" in says) if number else not says


def test_what_is_no_message_is_refused(here: Office) -> None:
    begun(here, "M-1")
    with pytest.raises(desk.NotAMessage):
        examine(here, "M-1", NOW, Message("order.pdf", as_pdf(ORDER)))
    with pytest.raises(desk.NotAMessage):
        desk.ready("order.txt", b"Produce.", b'{"answers": {}}', NOW)
    with pytest.raises(desk.TooLarge):
        desk.ready("big.eml", bytes(desk.MOST + 1), NONE, NOW)
    with pytest.raises(NotAnswers):
        desk.ready("m.eml", message("Our order.").octets, b"{}", NOW)


# The law


def test_the_power_named_is_the_laws(here: Office) -> None:
    begun(here, "M-1", ("order.txt", ORDER.encode()))
    found = examine(here, "M-1", NOW)
    assert "reaches content records: 18 U.S.C. 2703(a), (b)(1)(A)" in sentence(found, "reach")
    assert "18 U.S.C. 2703, which the packs have" in sentence(found, "cited")


@pytest.mark.parametrize(
    ("change", "name", "says"),
    [
        ({"instrument": "eu-epoc"}, "power", "no power of US that is called"),
        ({"issued": date(1985, 1, 1)}, "power", "was not in force on 1985-01-01"),
        ({"instrument": "us-sca-d-order", "scope": Scope((NORA,), frozenset({"subscriber"}))}, "reach", "reaches"),
    ],
)
def test_a_power_that_is_none(here: Office, change: dict, name: str, says: str) -> None:
    begun(here, "M-1", **change)
    found = examine(here, "M-1", NOW)
    assert says in sentence(found, name)
    assert set(weighed(found, name)) == ({None} if name == "reach" else {False})


def test_a_power_that_never_reaches_these_records(here: Office) -> None:
    begun(here, "M-1", instrument="us-pen-trap-order", scope=Scope((NORA,), frozenset({"content"})))
    found = examine(here, "M-1", NOW)
    assert weighed(found, "reach") == [False] and "never reaches content" in sentence(found, "reach")


def test_an_order_that_another_kind_of_authority_makes(here: Office) -> None:
    begun(here, "M-1", place="DE", court="", instrument="de-s99-order", issuer="police", issued=date(2026, 11, 1))
    found = examine(here, "M-1", NOW)
    assert weighed(found, "authority") == [False] and "not one of a police" in sentence(found, "authority")


def test_a_text_that_was_no_law_yet_speaks_against(here: Office) -> None:
    begun(
        here, "M-1", ("order.txt", b"Under 18 U.S.C. 2713 you shall produce. 18 U.S.C. 9999."), issued=date(2013, 12, 4)
    )
    found = examine(here, "M-1", NOW)
    assert weighed(found, "cited") == [False] and "18 U.S.C. 2713, which was no law before 2018" in sentence(
        found, "cited"
    )


# Other matters, accounts, papers


def test_the_same_paper_with_another_account_speaks_against(here: Office) -> None:
    paper = as_pdf(ORDER)
    begun(here, "M-1", ("order.pdf", paper))
    begun(here, "M-2", ("papers.zip", archive(("o.pdf", paper))), account=OWEN)
    found = examine(here, "M-2", NOW)
    assert weighed(found, "paper") == [False] and "M-1, which names another account" in sentence(found, "paper")
    assert weighed(found, "wording") == []
    begun(here, "M-3", ("order.pdf", paper))
    assert None in weighed(examine(here, "M-3", NOW), "paper"), "the same demand sent twice is no forgery"


def test_the_same_words_from_another_authority_speak_against(here: Office) -> None:
    begun(here, "M-1", ("order.pdf", as_pdf(ORDER)))
    other = f"Emergency request of the Police of Alder\n{OWEN}\n{TALE.upper()}\n"
    begun(here, "M-2", ("request.txt", other.encode()), account=OWEN, court="us-nyed")
    found = examine(here, "M-2", NOW)
    assert weighed(found, "wording") == [False] and "another authority and another account" in sentence(
        found, "wording"
    )
    kept = [path.read_text() for path in (here.root / "prints").iterdir()]
    assert kept and not any("child" in text for text in kept)
    begun(here, "M-3", ("request.txt", other.encode()), account=OWEN)
    assert set(weighed(examine(here, "M-3", NOW), "wording")) == {None}, "a court has its own words"


def test_an_account_one_letter_off_speaks_against(here: Office) -> None:
    begun(here, "M-1", ("order.txt", b"all content of owen@larch.example"), account="owan@larch.example")
    assert weighed(examine(here, "M-1", NOW), "near-miss") == [False]


def test_a_bomb_among_the_papers_is_told_and_the_rest_is_looked_at(here: Office) -> None:
    begun(here, "M-1", ("papers.zip", archive(("a", bytes(50 << 20)))), ("order.txt", ORDER.encode()))
    found = examine(here, "M-1", NOW, more=[("laughs.xml", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a/>")])
    assert len(weighed(found, "unopened")) == 1 and weighed(found, "unread") == [None]
    fault = [what for one in found.evidence if one.name == "unopened" for what in one.looked if what[0] == "fault"]
    assert fault == [("fault", "archive-bomb")] and weighed(found, "account") == [None]


def test_a_paper_that_is_not_here_is_told(here: Office) -> None:
    begun(here, "M-1", papers=(("order.pdf", "sha256:" + "0" * 64),))
    assert "only its digest is known" in sentence(examine(here, "M-1", NOW), "not-here")


def test_a_system_without_walls_says_so(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(here, "M-1", ("order.txt", ORDER.encode()))
    assert "network" in examine(here, "M-1", NOW).bare, "in this process there are none"
    stand = list(apart.WALLS)
    monkeypatch.setattr(apart, "answer", lambda *given: walls.answered(*given) | {"walls": stand})
    assert examine(here, "M-1", NOW).bare == ""
    stand.remove("files")
    assert examine(here, "M-1", NOW).bare == "files"


# Recording


def test_findings_are_recorded_once_with_their_evidence(here: Office) -> None:
    begun(here, "M-1")
    desk.bring(here, "M-1", message("Our order."), "clerk", NOW)
    found = examine(here, "M-1", NOW)
    made = desk.record_found(here, "M-1", found, "clerk", ["dkim", "dmarc"])
    assert [event.get("name") for event in made] == ["dkim", "dmarc"]
    assert desk.record_found(here, "M-1", found, "clerk", ["dkim"]) == ()
    (event,) = (event for event in load(here, "M-1").of("finding") if event.get("name") == "dkim")
    assert ("result", "it holds") in desk.looked_at(here, event)
    kept = b"".join(Blobs(here.root / "blobs").read(event.get("evidence")))
    assert found.raw["message"].encode() in kept and b"".join(Blobs(here.root / "blobs").read(found.raw["message"]))


def test_the_same_message_gives_the_same_findings_years_later(here: Office) -> None:
    """The DNS's answers were kept; a key that was withdrawn since changes nothing."""
    begun(here, "M-1")
    desk.bring(here, "M-1", message("Our order."), "clerk", NOW)
    assert examine(here, "M-1", NOW).evidence[:3] == examine(here, "M-1", NOW + 3000 * DAY).evidence[:3]


def test_what_came_through_one_channel_never_opens_the_gate(here: Office) -> None:
    """Everything that can support it does, and is recorded; what the gate lacks it still lacks."""
    begun(here, "M-1")
    found = examine(here, "M-1", NOW, message("Our order."))
    desk.record_found(here, "M-1", found, "clerk")
    assert "authenticity-unknown" in reasons(here, "M-1")


def test_nobody_from_outside_records_and_nothing_is_recorded_under_no_name(here: Office) -> None:
    begun(here, "M-1")
    found = examine(here, "M-1", NOW)
    with pytest.raises(NotThatPerson):
        desk.record_found(here, "M-1", found, "stranger")
    with pytest.raises(desk.NothingFound):
        desk.record_found(here, "M-1", found, "clerk", ["dkim"])


# The story


def test_a_forged_emergency_demand_through_a_real_police_mailbox_is_caught(here: Office) -> None:
    begun(here, "M-1", ("order.pdf", as_pdf(ORDER)), served=SERVED - 30 * DAY, issued=date(2026, 10, 1))
    forged = message(
        f"Emergency request of the Police of Alder.\nAccount: {OWEN}\n{TALE}\nCall back at +1 646 555 0199."
    )
    begun(here, "M-2", account=OWEN, court="", issuer="police", instrument="us-emergency-request", emergency=True)
    desk.bring(here, "M-2", forged, "clerk", NOW)
    found = examine(here, "M-2", NOW)

    # The mailbox is real, and all that it can prove it proves.
    assert (
        weighed(found, "dkim") == weighed(found, "spf") == weighed(found, "dmarc") == weighed(found, "domain") == [True]
    )
    desk.record_found(here, "M-2", found, "clerk", ["dkim", "spf", "dmarc", "domain"])
    assert "no confirmation through a second channel" in reasons(here, "M-2")["authenticity-unknown"]

    # The number is not the directory's, and a call to it is refused as a proof.
    assert "gives +1 646 555 0199; our directory has +1 212 555 0100" in sentence(found, "number")
    with pytest.raises(Faulty) as caught:
        call_back(here, "M-2", Call("+1 646 555 0199", "the duty officer", "yes"), "clerk", NOW)
    assert [fault.name for fault in caught.value.faults] == ["not-in-directory"]
    assert "authenticity-unknown" in reasons(here, "M-2")

    # The words are another court's, of another matter.
    assert weighed(found, "wording") == [False] and "M-1" in sentence(found, "wording")
    desk.record_found(here, "M-2", found, "clerk", ["wording"])
    assert "also stand in M-1" in reasons(here, "M-2")["not-genuine"]

    # And the directory's number knows nothing of it.
    call_back(here, "M-2", Call(NUMBER, "the control room", "no"), "clerk", NOW)
    (said,) = (event for event in load(here, "M-2").of("finding") if event.get("channel") == "phone")
    assert "knows nothing of the demand" in said.says and said.get("agency") == "ny-police"
    assert "not-genuine" in reasons(here, "M-2")


def test_the_same_emergency_confirmed_on_the_directorys_number_is_believed(here: Office) -> None:
    """What the story lacks is what opens this part of the gate."""
    begun(here, "M-1", court="", issuer="police", instrument="us-emergency-request", emergency=True)
    desk.record_found(here, "M-1", examine(here, "M-1", NOW, message(f"Account {NORA}")), "clerk")
    call_back(here, "M-1", Call(NUMBER, "the control room", "yes"), "clerk", NOW)
    assert not {"not-genuine", "authenticity-unknown"} & reasons(here, "M-1").keys()


def test_a_message_taken_in_with_the_papers_is_looked_at_without_being_brought_again(here: Office) -> None:
    """What is inside it is its own, what lay beside it is not; and of the message itself neither is said."""
    paper, other = as_pdf(ORDER), b"Another paper."
    raw = message("Our order.", paper=paper).octets
    begun(here, "M-1", ("order.pdf", paper), ("other.txt", other), ("demand.eml", raw))
    found = examine(here, "M-1", NOW)
    assert found.raw["message"] == desk.digest_of(raw) and weighed(found, "dkim") == [None], "no answer was kept"
    assert "order.pdf came with this message" in sentence(found, "carried")
    assert "other.txt is not in this message" in sentence(found, "carried")
    assert "demand.eml" not in sentence(found, "carried")
    desk.bring(here, "M-1", message("Our order.", paper=paper), "clerk", NOW)
    assert weighed(examine(here, "M-1", NOW), "dkim") == [True], "what was put in, with its answers, goes before"


def test_what_only_begins_like_a_message_stays_a_paper(here: Office) -> None:
    begun(here, "M-1", ("order.txt", b"From: the court\nDate: today\n\n" + bytes(range(256))))
    assert not weighed(examine(here, "M-1", NOW), "carried")
