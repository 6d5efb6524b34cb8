"""D1 and D2: a verdict without a proof, and with proof, citations, canonical JSON and SHA-256.

5,000 seeded cases over ten instruments (`bench/cases.py`) under a law of 31 rules (`bench/laws/ten`), as it stands in
one court on one day. The peers answer from the same law written by hand in Rego (`bench/laws/ten.rego`). regorus is
given each case as the JSON text it takes, made beforehand; OPA's wheel takes nothing but the facts, and so does comity.
All must give the same verdict in all cases, or nothing is measured. A Judge keeps the reasons it has made, so each
round has a new one, built before the clock starts, that has seen no case; how fast one is that has seen them all stands
in the note.

Cedar is left out here: it answers permit or forbid, and would have to be asked four times for one of five verdicts.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bench.cases import as_input, cases
from bench.common import PEERS, Result, alternate, ensure

from comity.kernel.decision import Judge
from comity.kernel.law import Reading
from comity.kernel.words import Value
from comity.lawpack import read_folder

LAWS = Path(__file__).parent / "laws"
RULE = "data.comity.verdict"
LIMIT = 50e-6

Verdicts = Callable[[], list[str]]


def works(rounds: int) -> list[Result]:
    """D1 and D2 against regorus' virtual machine and OPA."""
    reading, facts, inputs = ten()
    peers = {"regorus RVM": regorus(inputs), "OPA": _opa(inputs)}
    wanted = _verdicts(Judge(reading), facts)
    for name, answers in peers.items():
        assert answers() == wanted, f"{name} gives other verdicts: the comparison is void"
    judge = Judge(reading)
    assert [judge.decide(case).verdict for case in facts] == wanted, "a verdict differs from that of its proof"
    gc.freeze()  # what stands ready before the clock starts is not looked through again while it runs
    return [*_bare(rounds, reading, facts, peers), *_proved(rounds, reading, facts, peers)]


def ten() -> tuple[Reading, list[dict[str, Value]], list[str]]:
    """The law of ten instruments as one court reads it on one day, the cases, and the cases as JSON."""
    packs = read_folder(LAWS)
    assert not packs.faults, packs.faults
    facts = cases()
    return packs.law.on(date(2026, 9, 1), "us-nysd"), facts, [json.dumps(as_input(case)) for case in facts]


def _bare(rounds: int, reading: Reading, facts: list[dict[str, Value]], peers: dict[str, Verdicts]) -> list[Result]:
    fresh, seen = iter([Judge(reading).ready() for _ in range(rounds)]), Judge(reading)
    _verdicts(seen, facts)
    took = alternate(
        {"comity": lambda: _verdicts(next(fresh), facts), "again": lambda: _verdicts(seen, facts), **peers}, rounds
    )
    note = f"{_rate(facts, took['comity'])}; a Judge that has seen the cases {_rate(facts, took['again'])}"
    work = "one verdict of 5,000 mixed cases, 10 instruments"
    return [_result("D1", work, took, (peer, 4.0 if peer == "regorus RVM" else 1.0), note) for peer in peers]


def _proved(rounds: int, reading: Reading, facts: list[dict[str, Value]], peers: dict[str, Verdicts]) -> list[Result]:
    fresh, seen = iter([Judge(reading).ready() for _ in range(rounds)]), Judge(reading)
    _proofs(seen, facts)
    took = alternate(
        {"comity": lambda: _proofs(next(fresh), facts), "again": lambda: _proofs(seen, facts), **peers}, rounds
    )
    note = f"{_rate(facts, took['comity'])}; a Judge that has seen the cases {_rate(facts, took['again'])}"
    work = "the same with proof, citations, canonical JSON, SHA-256, against a bare verdict"
    first, later = _slowest(rounds, reading, facts, 0), _slowest(rounds, reading, facts, len(facts))
    said = f"{later * 1e6:.0f} µs on cases it has not seen, after as many others; {first * 1e6:.0f} µs of a new Judge"
    return [
        *[_result("D2", work, took, (peer, 1.0), note) for peer in peers],
        Result(
            "D2", "the same, 99th percentile of one decision", later, "limit of 50 µs", LIMIT, LIMIT / later,
            ">= 1", later <= LIMIT, said,
        ),
    ]  # fmt: skip


def _result(id: str, work: str, took: dict[str, float], goal: tuple[str, float], note: str) -> Result:
    peer, times = goal
    ratio = took[peer] / took["comity"]
    return Result(id, work, took["comity"], peer, took[peer], ratio, f">= {times:g}", ratio >= times, note)


def _rate(facts: list[dict[str, Value]], seconds: float) -> str:
    return f"{len(facts) / seconds:,.0f}/s"


def _verdicts(judge: Judge, facts: list[dict[str, Value]]) -> list[str]:
    return [judge.verdict({**case, **judge.settled}) for case in facts]


def _proofs(judge: Judge, facts: list[dict[str, Value]]) -> list[str]:
    return [judge.decide(case).id for case in facts]


def _slowest(rounds: int, reading: Reading, facts: list[dict[str, Value]], before: int) -> float:
    """The 99th percentile of one decision, in seconds, after so many other cases; each case at its median round."""
    others = cases(before, seed=2018)
    took: list[list[float]] = [[] for _ in facts]
    for _ in range(rounds):
        judge = Judge(reading).ready()
        _proofs(judge, others)
        for case, seconds in zip(facts, took, strict=True):
            begun = time.perf_counter()
            judge.decide(case).id  # noqa: B018
            seconds.append(time.perf_counter() - begun)
    return sorted(map(statistics.median, took))[len(facts) * 99 // 100]


def regorus(inputs: list[str]) -> Verdicts:
    """The policy compiled once for regorus' virtual machine, which takes JSON and gives JSON."""
    ensure("gordon-to-regorus")
    from regorus import Program, Rvm

    text = (LAWS / "ten.rego").read_text(encoding="utf-8")
    machine = Rvm()
    machine.load_program(Program.compile_from_modules("{}", [("ten.rego", text)], [RULE]))

    def one(given: str) -> str:
        machine.set_input_json(given)
        return machine.execute()[1:-1]

    return lambda: [one(given) for given in inputs]


def _opa(inputs: list[str]) -> Verdicts:
    """OPA in this process; its wheel asks for a newer Python than it needs, and is installed as if for that one."""
    name = "opa-golib-python-bindings"
    if not (PEERS / f".{name}").exists():
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--python-version", "3.14"]
        subprocess.run([*uv, "--target", str(PEERS), name], check=True)
        (PEERS / f".{name}").touch()
    ensure(name)
    from opa_bindings import OpaEngine

    engine = OpaEngine()
    engine.add_policy("ten.rego", (LAWS / "ten.rego").read_text(encoding="utf-8"))
    given = [json.loads(text) for text in inputs]
    return lambda: [engine.eval_document("comity.verdict", case) for case in given]
