"""The desk for programs: tokens, what is read, acts done once and only on what was seen, refusals in words."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.office import MATTER, NOW, POINT, Browser, Clock, desk, events
from tests.web.programs import AT, V1, Program

from comity.desk.matter import demand_of, load
from comity.desk.office import NotThatPerson
from comity.desk.reading import reads
from comity.web.api.once import FOLDER, KeyReused, Unfinished, once
from comity.web.tokens import LONGEST, MARK, NoToken, TooLong, make_token, revoke, token_of, tokens

KEY = "0123456789abcdef"
FILED = {"kind": "filing", "says": "a brief was filed", "source": "docket 12"}
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@pytest.fixture
def program(root: Path, clock: Clock) -> Program:
    return Program(desk(root, clock))


def approving(root: Path) -> None:
    (root / "office.toml").write_text((root / "office.toml").read_text() + "\n[api]\ndecide = true\n")


# Tokens


def test_a_token_is_kept_as_its_hash_alone(program: Program) -> None:
    (file,) = (program.web.house.root / "tokens").iterdir()
    assert program.token.startswith(MARK) and program.token not in file.name + file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert program.get(f"{V1}/me").json()["person"] == "clerk"


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer comity_x", "Basic Y2xlcms6", "Bearer ../office.toml", "x" * 9000]
)
def test_what_is_no_token_lets_nobody_in(program: Program, sent: str) -> None:
    answer = program.client.get(f"{V1}/me", headers={"authorization": sent})
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


def test_no_cookie_counts_at_the_api_and_no_token_at_the_pages(browser: Browser, program: Program) -> None:
    browser.sign_in("clerk")
    assert browser.get("/people").status_code == 200
    assert browser.client.get(f"{V1}/me").status_code == 401
    assert program.client.get("/people", headers=program.heads({}), follow_redirects=False).status_code == 303


def test_a_token_ends_by_its_day_by_its_revocation_and_with_its_person(program: Program, clock: Clock) -> None:
    other = program.of("clerk")
    with program.web.house.opened() as office:
        assert len(list(tokens(office.root, clock.at))) == 2
        with pytest.raises(NoToken):
            revoke(office.root, "nobody")
        (name,) = (
            one.name for one in tokens(office.root, clock.at) if one == token_of(office.root, other.token, clock.at)
        )
        assert revoke(office.root, name) == 1
    assert other.get(f"{V1}/me").status_code == 401 and program.get(f"{V1}/me").status_code == 200
    clock.on(days=30)
    assert program.get(f"{V1}/me").status_code == 401
    clock.on(days=-1)
    text = (program.web.house.root / "office.toml").read_text()
    (program.web.house.root / "office.toml").write_text(text.replace('name = "clerk"', 'name = "clerk.two"'))
    assert program.get(f"{V1}/me").status_code == 401, "who was struck is a stranger at once"


def test_a_token_lives_no_longer_than_ninety_days_and_is_for_who_works_here(program: Program) -> None:
    with program.web.house.opened() as office:
        for until in (NOW, NOW - timedelta(days=1), NOW + LONGEST + timedelta(seconds=1)):
            with pytest.raises(TooLong):
                make_token(office, "clerk", NOW, until)
        with pytest.raises(NotThatPerson):
            make_token(office, "stranger", NOW)


def test_tokens_are_made_listed_and_ended_at_the_command_line(root: Path) -> None:
    def run(*words: str) -> Any:
        command = [sys.executable, "-m", "comity", "token", *words, "--office", str(root), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout or done.stderr)

    _, made = run("clerk")
    assert run()[1] == [one for one in run()[1] if one["name"] == made["name"]] and made["token"] not in json.dumps(
        run()
    )
    assert run("clerk", "--until", "2999-01-01")[0] == 2
    assert run("--revoke", made["name"])[1] == {"ended": 1} and run()[1] == []


# What is read


def test_the_api_says_what_the_pages_say(program: Program) -> None:
    browser = Browser(program.web)
    browser.sign_in("first.approver")
    page, matter = browser.page(), program.matter
    assert [line["name"] for line in program.get(f"{V1}/matters").json()["matters"]] == [MATTER]
    assert matter["gate"]["shown"] in page and not matter["gate"]["open"]
    assert all(point["term"] in page for ruling in matter["rulings"] for point in ruling["open_points"])
    assert len(program.get(f"{AT}/history").json()) == matter["seen"]
    proofs = program.get(f"{AT}/decision").json()["classes"]
    assert [one["proof_id"] for one in proofs] == [one["proof_id"] for one in matter["rulings"]]
    assert all(one["proof"]["truth"] in (True, None) for one in proofs)


def test_the_past_is_told_as_it_was_known(program: Program) -> None:
    before = program.get(f"{AT}?at={NOW - timedelta(days=2):%Y-%m-%dT%H:%MZ}").json()
    assert program.act("events", {**FILED, "kind": "stayed"}).status_code == 201
    assert program.get(f"{AT}?at={NOW - timedelta(days=2):%Y-%m-%dT%H:%MZ}").json() == {
        **before,
        "seen": before["seen"] + 1,
    }
    assert program.matter["standing"][0]["state"] == "suspended"


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/matters/none", 404, "no-matter"), ("/law/none-such", 404, "not-in-the-packs"),
        ("/report?since=2026-01-02&until=2026-01-01", 422, "faulty"), ("/nowhere", 404, "not-found"),
        ("/report?since=soon&until=x", 400, "bad-request"),
        (f"/matters/{MATTER}?at=2026-13-01T00:00Z", 422, "out-of-time"), ("/matters?limit=0", 400, "bad-request"),
        (f"/matters/{MATTER}/productions/{MATTER}.1", 404, "no-production"),
        (f"/matters/{MATTER}/productions/..%2Foffice", 404, "not-found"), ("/law/us?court=none", 422, "faulty"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_a_problem_with_a_remedy(program: Program, path: str, status: int, kind: str) -> None:
    answer = program.get(V1 + path)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["type"]) == (status, status, f"urn:comity:{kind}")
    assert answer.headers["content-type"] == "application/problem+json" and problem["remedy"]
    assert status not in (400, 422) or kind == "out-of-time" or problem["faults"]


def test_house_law_estate_ledger_and_report_are_told(program: Program) -> None:
    assert (
        len(program.get(f"{V1}/law").json()) > 50
        and program.get(f"{V1}/law/us-nysd").json()[0]["court"]["place"] == "US"
    )
    assert program.get(f"{V1}/estate").json()["stores"]
    head, read = program.get(f"{V1}/ledger").json(), program.get(f"{V1}/ledger/verify").json()
    assert read == {"entries": head["size"], "sound": True, "faults": []} and head["checkpoint"].startswith(
        head["origin"]
    )
    listed = program.get(f"{V1}/ledger/entries?start=2&limit=2").json()
    assert [one["index"] for one in listed] == [2, 3] and not any("says" in one for one in listed)
    assert program.get(f"{V1}/report?since=2026-01-01&until=2027-01-01").json()["rows"][-1]["total"] is None


def test_the_description_and_its_page_are_for_everybody(program: Program) -> None:
    described = program.client.get("/api/openapi.json")
    assert described.status_code == 200 and described.json()["openapi"].startswith("3.1")
    page = program.client.get("/api")
    assert page.status_code == 200 and all(path in page.text for path in described.json()["paths"])


def test_what_a_program_reads_of_a_matter_is_written_down(program: Program) -> None:
    for path in (AT, f"{AT}/history", AT, f"{V1}/matters", f"{V1}/ledger"):
        assert program.get(path).status_code == 200
    with program.web.house.opened() as office:
        seen = [(one.person, one.page) for one in reads(office, MATTER)]
    assert seen == [("clerk", "/api/v1"), ("clerk", "/api/v1/history")]


def test_an_auditor_reads_and_sends_nothing(program: Program) -> None:
    auditor = program.of("auditor")
    assert auditor.get(AT).status_code == 200 and auditor.get(f"{V1}/ledger/verify").json()["sound"]
    assert auditor.post(f"{AT}/events", {**FILED, "kind": "stayed"}).status_code == 403
    assert auditor.post(f"{AT}/none", FILED).status_code == 404


# What is done


def test_a_demand_is_received_from_its_json(program: Program) -> None:
    with program.web.house.opened() as office:
        demand = demand_of(load(office, MATTER))
    scope = demand.scope.as_json()
    own = {"id": "sent-1", "place": "US", "instrument": demand.instrument, "court": demand.court, "channel": "post"}
    body: dict[str, Any] = {
        "demand": {**own, "served_entity": demand.served_entity, "served": "2026-11-19T10:00:00Z"},
        "scope": {key: value for key, value in scope.items() if value},
    }
    done = program.post(f"{V1}/demands", body, idempotency_key=KEY)
    assert done.status_code == 201 and done.headers["location"] == f"{V1}/matters/sent-1" and done.json()["seen"] == 3
    again = program.post(f"{V1}/demands", body, idempotency_key=KEY)
    assert again.json() == done.json() and again.headers["idempotent-replayed"] == "true"
    assert program.post(f"{V1}/demands", body).status_code == 412, "there is such a matter already"
    body["demand"] |= {"instrument": "none-such", "served": "2027-11-19T10:00:00Z"}
    refused = program.post(f"{V1}/demands", body)
    assert refused.status_code == 422 and {"unknown-instrument", "impossible-date"} <= {
        f["name"] for f in refused.json()["faults"]
    }


def test_an_act_sent_twice_is_done_once(program: Program) -> None:
    answers = [program.post(f"{AT}/events", FILED, idempotency_key=KEY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3 and len({answer.text for answer in answers}) == 1
    assert events(program.web, "filing") == 1
    other = program.post(f"{AT}/events", {**FILED, "says": "another"}, idempotency_key=KEY)
    assert other.status_code == 422 and other.json()["type"] == "urn:comity:key-reused"
    assert (
        program.of("counsel").post(f"{AT}/events", FILED, idempotency_key=KEY).headers.get("idempotent-replayed")
        is None
    )
    assert events(program.web, "filing") == 2, "a key is its person's own"


def test_of_many_who_send_one_act_at_once_one_is_done(program: Program) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: program.post(f"{AT}/events", FILED, idempotency_key=KEY), range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409} and events(program.web, "filing") == 1


def test_an_act_whose_end_nobody_knows_is_not_done_again(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), once(tmp_path, "clerk", KEY, b"act"):
        raise RuntimeError("the server ended here")
    with pytest.raises(Unfinished), once(tmp_path, "clerk", KEY, b"act"):
        pass
    with pytest.raises(KeyReused), once(tmp_path, "clerk", KEY, b"another"):
        pass
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in (tmp_path / FOLDER).iterdir())


def test_a_refused_act_leaves_its_key_free(program: Program) -> None:
    assert program.post(f"{AT}/events", {**FILED, "kind": "no-kind"}, idempotency_key=KEY).status_code == 422
    assert program.post(f"{AT}/events", FILED, idempotency_key=KEY).status_code == 201


def test_two_who_saw_the_same_do_not_both_act(root: Path, program: Program) -> None:
    approving(root)
    seen, body = program.etag, {"term": POINT, "answer": "true", "says": "our memo", "source": "memo 1"}
    counsel = program.of("counsel")
    assert counsel.post(f"{AT}/answers", body).status_code == 428, "who acts on a matter says what they saw"
    assert program.post(f"{AT}/events", FILED).status_code == 201, "a happening waits for nobody's reading"
    late = counsel.post(f"{AT}/answers", body, if_match=seen)
    assert (
        late.status_code == 412
        and late.json()["type"] == "urn:comity:overtaken"
        and events(program.web, "counsel") == 0
    )
    assert counsel.act("answers", body).status_code == 201
    assert program.act("answers", body).status_code == 403, "the clerk is no counsel"


def test_a_token_approves_only_where_the_office_lets_it(root: Path, program: Program, clock: Clock) -> None:
    one, two = program.of("first.approver"), program.of("second.approver")
    shown = {"shown": program.matter["gate"]["shown"]}
    decisive = {
        "approvals": shown,
        "productions": {"recipients": [RECIPIENT]},
        "answers": {"term": POINT, "answer": "true", "says": "x", "source": "y"},
    }
    for act, body in decisive.items():
        refused = program.of("counsel").act(act, body)
        assert refused.status_code == 403 and refused.json()["type"] == "urn:comity:not-by-token", act
    assert events(program.web, "approved") == 0
    approving(root)
    assert (
        program.of("counsel").act("answers", {"term": POINT, "answer": "true", "says": "x", "source": "y"}).status_code
        == 201
    )
    assert one.act("approvals", shown).json()["type"] == "urn:comity:not-what-was-shown", (
        "counsel's answer came between"
    )
    clock.on(minutes=1)
    shown = {"shown": program.matter["gate"]["shown"]}
    assert one.act("approvals", shown).json()["gate"] == "shut"
    clock.on(minutes=1)
    assert two.act("approvals", shown).json()["gate"] == "open"


def test_a_production_leaves_through_the_gate_alone(root: Path, program: Program, clock: Clock) -> None:
    approving(root)
    shut = program.act("productions", {"recipients": [RECIPIENT]})
    assert (
        shut.status_code == 409
        and shut.json()["type"] == "urn:comity:refused"
        and not list((root / "productions").iterdir())
    )
    program.of("counsel").act("answers", {"term": POINT, "answer": "true", "says": "x", "source": "y"})
    for person in ("first.approver", "second.approver"):
        clock.on(minutes=1)
        assert program.of(person).act("approvals", {"shown": program.matter["gate"]["shown"]}).status_code == 201
    done = program.act("productions", {"recipients": [RECIPIENT]}, idempotency_key=KEY)
    assert done.status_code == 201, done.text
    octets = program.get(done.json()["octets"])
    assert (
        octets.status_code == 200
        and octets.content.startswith(b"PK")
        and done.headers["location"] == done.json()["octets"]
    )
    assert program.get(done.json()["octets"].replace(MATTER, "other")).status_code == 404
    assert 'comity_gate_answers_total{state="shut"}' in program.client.get("/metrics", headers=program.heads({})).text


def test_a_user_is_told_unless_an_order_forbids_it(program: Program, clock: Clock) -> None:
    (one,) = program.get(f"{AT}/notice").json()
    gagged = program.act("events", {**FILED, "kind": "gagged"})
    assert gagged.status_code == 201
    refused = program.act("notices", {"account": one["account"]})
    assert refused.status_code == 409 and events(program.web, "notified") == 0
    clock.on(hours=1)
    assert program.act("events", {**FILED, "kind": "gag-lifted"}).status_code == 201
    clock.on(hours=1)
    told = program.act("notices", {"account": one["account"]})
    assert told.status_code == 201 and one["account"] in told.json()["letter"] and events(program.web, "notified") == 1


@pytest.mark.parametrize("act", ["events", "answers", "approvals", "collections", "reviews", "productions", "notices"])
def test_an_act_is_of_the_tokens_person_and_of_no_page(program: Program, act: str) -> None:
    bare = program.client.post(f"{AT}/{act}", json=FILED)
    assert bare.status_code == 401
    foreign = program.post(f"{AT}/{act}", FILED, origin="http://evil.example")
    assert foreign.status_code == 403 and foreign.headers["content-type"] == "application/problem+json"
    assert program.post(f"{AT}/{act}", {**FILED, "by": "counsel"}).status_code == 400, "nobody names another"


def test_a_body_that_is_too_long_or_no_json_is_refused(program: Program) -> None:
    assert program.post(f"{AT}/events", {**FILED, "says": "x" * 70_000}).status_code == 413
    plain = program.client.post(
        f"{AT}/events", content=b"\xff{", headers=program.heads({"content_type": "application/json"})
    )
    assert plain.status_code == 400 and plain.json()["faults"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["kind", "says", "source", "until", "data", "x"]), st.text() | st.integers() | st.none()
    )
)
def test_whatever_is_sent_is_answered_in_words(program: Program, body: dict[str, Any]) -> None:
    answer = program.post(f"{AT}/events", body)
    assert answer.status_code in (201, 400, 422) and (answer.status_code == 201 or answer.json()["remedy"])
