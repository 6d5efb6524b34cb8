"""What the DNS said of a sender: DKIM, SPF, DMARC and ARC, offline, in sentences that claim no more than they prove."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.mailer import IP, dns, letter, signed

from comity.intake.authentic import answers as kept
from comity.intake.authentic.answers import NONE, Answers, NotAnswers, read_answers
from comity.intake.authentic.evidence import Evidence
from comity.intake.authentic.mail import Proven, proven, told
from comity.intake.authentic.opened import opened
from comity.intake.inside import mailproof

AT = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
POLICE = "police.example"
ENVELOPE = {"ip": IP, "helo": "mx.police.example", "from": "officer@police.example"}


def found(raw: bytes, answers: dict, envelope: dict | None = None) -> dict:
    """In this process: what the walls are worth is tried elsewhere."""
    return mailproof.look(raw, {"answers": answers, "envelope": envelope or {}, "at": AT.timestamp()})


def said(raw: bytes, answers: Answers) -> dict[str, Evidence]:
    """Through a process of its own, as the desk does it."""
    proof = proven(raw, "m.eml", answers, AT)
    return {one.name: one for one in told(proof, opened(raw, "m.eml"), "sha256:x")}


@pytest.fixture(scope="module")
def genuine() -> bytes:
    return signed(letter("Officer <officer@police.example>", "We order you."), POLICE)


def test_a_message_of_the_mailbox_it_names(genuine: bytes) -> None:
    one = said(genuine, Answers(dns(POLICE), ENVELOPE, AT))
    assert {name: finding.supports for name, finding in one.items()} == {"dkim": True, "spf": True, "dmarc": True}
    assert "left a mailbox there, whoever used it" in one["dkim"].says
    assert all(finding.channel == "email" for finding in one.values())
    assert ("key", "k1._domainkey.police.example") in one["dkim"].looked


@pytest.mark.parametrize("change", [b"We order", b"Subject: Order", b"To: legal", b"officer@police.example>"])
def test_one_changed_letter_and_the_signature_is_gone(genuine: bytes, change: bytes) -> None:
    at = genuine.index(change, genuine.index(b"From: "))
    raw = genuine[: at + 1] + b"X" + genuine[at + 2 :]
    result = found(raw, dns(POLICE))
    assert result["dkim"][0]["valid"] is False and result["dmarc"]["result"] != "pass"


def test_what_nobody_kept_is_unknown_not_wrong(genuine: bytes) -> None:
    one = said(genuine, NONE)
    assert {finding.supports for finding in one.values()} == {None}
    assert "Nobody kept the DNS's answer" in one["dkim"].says and "nobody kept which machine" in one["spf"].says


def test_a_key_that_is_not_there_is_another_thing(genuine: bytes) -> None:
    answers = dns(POLICE) | {"k1._domainkey.police.example": {}}
    assert found(genuine, answers)["dkim"][0]["valid"] is False


def test_a_domain_that_asks_for_refusal_speaks_against() -> None:
    raw = letter("officer@police.example", "We order you.").as_bytes()
    stranger = Answers(dns(POLICE), {**ENVELOPE, "ip": "203.0.113.9"}, AT)
    one = said(raw, stranger)
    assert one["dmarc"].supports is False and "asks that messages like this be refused" in one["dmarc"].says
    assert one["spf"].supports is None and "may not send for police.example" in one["spf"].says
    mild = Answers(dns(POLICE, "v=DMARC1; p=none"), stranger.envelope, AT)
    assert said(raw, mild)["dmarc"].supports is None


def test_somebody_elses_signature_stands_for_nobody() -> None:
    """A forger signs with a domain of their own: that is no word of the domain a reader sees."""
    raw = signed(letter("officer@police.example", "We order you."), "forger.example")
    answers = dns(POLICE) | dns("forger.example")
    one = said(raw, Answers(answers, {**ENVELOPE, "ip": "203.0.113.9"}, AT))
    assert one["dkim"].supports is None and one["dmarc"].supports is False


def test_a_subdomain_is_aligned_unless_the_policy_is_strict() -> None:
    raw = signed(letter("officer@police.example", "x"), "mail.police.example")
    answers = dns(POLICE) | dns("mail.police.example")
    assert found(raw, answers)["dmarc"]["result"] == "pass"
    strict = answers | dns(POLICE, "v=DMARC1; p=reject; adkim=s")
    assert found(raw, strict, {"ip": "203.0.113.9", "helo": "x.example", "from": ""})["dmarc"]["result"] != "pass"


def test_a_signature_of_the_beginning_is_not_one_of_the_whole() -> None:
    raw = signed(letter("officer@police.example", "We order you."), POLICE, length=True)
    one = said(raw + b"And more.\r\n", Answers(dns(POLICE), {**ENVELOPE, "ip": "203.0.113.9"}, AT))
    assert one["dkim"].supports is None and "only the first" in one["dkim"].says
    assert one["dmarc"].supports is False


def test_two_senders_speak_against(genuine: bytes) -> None:
    raw = b"From: clerk@court.example\r\n" + genuine
    one = said(raw, Answers(dns(POLICE), ENVELOPE, AT))
    assert one["sender"].supports is False and one["dmarc"].supports is None


def test_answers_that_would_go_elsewhere_are_told() -> None:
    message = letter("officer@police.example", "x")
    message["Reply-To"] = "officer@police-example.org"
    one = said(signed(message, POLICE), Answers(dns(POLICE), ENVELOPE, AT))
    assert one["reply-to"].supports is None and "officer@police-example.org" in one["reply-to"].says


def test_the_samples_of_others_hold(shared: Callable[[str], Path]) -> None:
    """An Ed25519 and an RSA signature of RFC 8463, with their DNS."""
    folder = shared("data/dkim/mailauth/dkim/ec/fixtures")
    result = found(
        (folder / "signed.eml").read_bytes(), json.loads((folder / "dns.json").read_text()),
        {"ip": "213.165.64.12", "helo": "x.example", "from": "joe@football.example.com"},
    )  # fmt: skip
    assert [one["valid"] for one in result["dkim"]] == [True, True] and result["spf"]["result"] == "pass"
    assert result["dmarc"]["result"] == "unknown"


def test_the_suite_of_arc_is_read_as_it_says(shared: Callable[[str], Path]) -> None:
    suites = json.loads(shared("data/dkim/mailauth/arc/arc-draft-validation-tests.json").read_text())
    tried = 0
    for suite in suites:
        names = whole({name: {"TXT": [text]} for name, text in suite.get("txt-records", {}).items()})
        for name, case in suite["tests"].items():
            result = mailproof.chain(case["message"].replace("\n", "\r\n").encode(), names)["result"]
            assert result == (case["cv"] or "none").lower(), f"{suite['description']}: {name}"
            tried += 1
    assert tried > 150


def test_the_suite_of_spf_is_read_as_it_says(shared: Callable[[str], Path]) -> None:
    """Where the suite lets a name time out we have no answer, and say so."""
    tried = 0
    for suite in yaml.safe_load_all(shared("data/dkim/mailauth/spf/rfc7208-tests.yml").read_bytes()):
        names = zone(suite["zonedata"])
        for name, case in suite["tests"].items():
            envelope = {"ip": str(case["host"]), "helo": case["helo"], "from": case.get("mailfrom", "") or ""}
            expected = case["result"] if isinstance(case["result"], list) else [case["result"]]
            names.wanted.clear()
            result = mailproof.sender(envelope, names)["result"]
            assert result in expected or result == "unknown", f"{suite['description']}: {name}: {result}"
            tried += result != "unknown"
    assert tried > 150


def whole(answers: dict) -> mailproof.Names:
    """Names as somebody who asked for everything has them: what is not listed is not there."""
    names = mailproof.Names(answers)
    plain = names.get

    def get(name: str, kind: str) -> list | None:
        kinds = names.answers.get(name.lower().rstrip("."))
        return [] if kinds is None or (kind not in kinds and "TIMEOUT" not in kinds) else plain(name, kind)

    names.get = get  # type: ignore[method-assign]
    return names


def zone(data: dict) -> mailproof.Names:
    """The suite's records in our format; records of type SPF stand for TXT where there is no TXT."""
    made: dict[str, dict[str, list]] = {}
    for name, rows in data.items():
        kinds = made.setdefault(str(name).lower(), {})
        plain = [row for row in rows if isinstance(row, dict)]
        texts = any("TXT" in row for row in plain)
        if len(plain) < len(rows):
            kinds["TIMEOUT"] = []
        for kind, value in (pair for row in plain for pair in row.items()):
            if value != "NONE" and not (kind == "SPF" and texts):
                kinds.setdefault("TXT" if kind == "SPF" else kind, []).append(value)
    return whole(made)


# The file of answers


def test_a_file_of_answers_is_read_back_as_it_was_kept() -> None:
    answers = Answers(dns(POLICE), ENVELOPE, AT)
    assert read_answers(answers.octets, "dns.json") == answers


@pytest.mark.parametrize(
    "raw",
    [
        b"no",
        b"[]",
        b"{}",
        b'{"answers": {"a": {"TXT": "x"}}}',
        b'{"answers": {"a": {"SRV": []}}}',
        b'{"answers": {}, "envelope": {"ip": 1}}',
        b'{"answers": {}, "envelope": {"port": "1"}}',
        b'{"answers": {}, "taken": "yesterday"}',
        b'{"answers": {}, "taken": "2026-11-02T09:00:00"}',
        b'{"answers": {}, "more": 1}',
        b'{"answers": ' + b"[" * 100_000,
        b" " * (kept.MOST_BYTES + 1),
    ],
)
def test_a_file_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAnswers) as caught:
        read_answers(raw, "dns.json")
    assert "dns.json" in caught.value.message and caught.value.exit_code == 4


def test_the_dns_is_asked_only_where_somebody_wants_it(genuine: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked live is kept with the answers; what the DNS does not answer stays unknown."""
    asked: list[tuple[str, str]] = []

    def resolved(name: str, kind: str) -> list | None:
        asked.append((name, kind))
        return dns(POLICE).get(name, {}).get(kind, None if name.startswith("_dmarc") else [])

    monkeypatch.setattr(kept, "_resolved", resolved)
    assert proven(genuine, "m", Answers({}, ENVELOPE), AT).found["dkim"][0]["valid"] is None and not asked
    live = proven(genuine, "m", Answers({}, ENVELOPE), AT, live=True)
    assert live.found["dkim"][0]["valid"] is True and live.found["spf"]["result"] == "pass"
    assert live.answers.answers["police.example"]["TXT"] and live.answers.taken == AT
    assert ("k1._domainkey.police.example", "TXT") in asked and isinstance(live, Proven)


@given(st.binary(max_size=300))
def test_whatever_comes_as_a_message_has_an_answer(raw: bytes) -> None:
    result = found(b"DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=k; h=from; bh=x; b=x\r\n" + raw, {})
    assert result["dmarc"]["result"] in ("none", "unknown")
