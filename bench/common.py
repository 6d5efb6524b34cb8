"""What every benchmark shares: alternating rounds, ratios of medians, peers installed aside."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

WORK = Path(__file__).parent / ".work"
PEERS = WORK / "peers"


@dataclass(frozen=True, slots=True)
class Result:
    """One figure: what comity took, what the peer or limit took, and whether the goal on their ratio is met."""

    id: str
    work: str
    comity: float
    peer_name: str
    peer: float
    ratio: float
    goal: str
    met: bool
    note: str = ""


def alternate(works: Mapping[str, Callable[[], object]], rounds: int = 5) -> dict[str, float]:
    """Median seconds of each work, all of them run in turn in each round, so that a busy machine is fair to all."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            gc.collect()
            begun = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - begun)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def ensure(package: str) -> None:
    """Install a peer beside the project, not into its environment, and make it importable."""
    PEERS.mkdir(parents=True, exist_ok=True)
    done = PEERS / f".{package}"
    if not done.exists():
        pip = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable]
        pip += ["--target", str(PEERS), package]
        subprocess.run(pip, check=True)
        done.touch()
    if str(PEERS) not in sys.path:
        sys.path.insert(0, str(PEERS))
