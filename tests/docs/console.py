"""Commands as a page or a story shows them: taken out of the text, run in order in one shell, compared with it shows.

In a page, a block fenced as `console` has commands after `$ ` and below each what it prints; a block fenced as `sh` is
run as it stands, and what it prints is not compared. In a story a line `$ command` is followed by what it prints,
`[exit 6]` says that it must end so, and `=== name` … `===` is a file. `…` stands for anything.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import comity

MARK = "\x1e"
FENCE = re.compile(r"^( *)```(console|sh)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"<!-- not run: (.+?) -->\s*\Z")
FILE = re.compile(r"^=== (\S+)\n(.*?)^===$\n?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One command: where it stands, what it must print (None: anything) and how it must end (None: anyhow)."""

    where: str
    command: str
    prints: str | None = None
    exits: int | None = 0


def page_steps(text: str, name: str) -> list[Step]:
    """The commands of a Markdown page; one after which the page asks `echo $?` may end as it likes."""
    steps: list[Step] = []
    for block in FENCE.finditer(text):
        if NOT_RUN.search(text[: block.start()]):
            continue
        indent, kind, body = block.groups()
        line = text.count("\n", 0, block.start()) + 2
        body = re.sub(f"^{indent}", "", body, flags=re.MULTILINE)
        steps += [Step(f"{name}:{line}", body)] if kind == "sh" else _prompts(body, name, line)
    return [
        replace(step, exits=None) if after and after.command.strip() == "echo $?" else step
        for step, after in zip_longest(steps, steps[1:])
    ]


def story_steps(text: str, name: str) -> list[Step]:
    """The commands and files of a story."""
    steps: list[Step] = []
    for part in re.split(r"(^=== \S+\n.*?^===$\n?)", text, flags=re.MULTILINE | re.DOTALL):
        if file := FILE.match(part):
            command = f"mkdir -p \"$(dirname {file[1]})\"; cat > {file[1]} <<'END OF FILE'\n{file[2]}END OF FILE"
            steps.append(Step(f"{name}: {file[1]}", command))
        else:
            steps += _prompts("\n".join(line for line in part.split("\n") if not line.startswith("#")), name, 1)
    return steps


def _prompts(body: str, name: str, line: int) -> Iterator[Step]:
    for said in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, prints = said.partition("\n")
        while command.endswith("\\"):
            more, _, prints = prints.partition("\n")
            command += f"\n{more}"
        ending = re.search(r"^\[exit (\d+)\]\s*\Z", prints, re.MULTILINE)
        prints = prints[: ending.start()] if ending else prints
        yield Step(f"{name}: {command}", command, prints if prints.strip() else None, int(ending[1]) if ending else 0)


def run(steps: Iterable[Step], folder: Path, **env: str) -> list[str]:
    """Run the steps in one shell in a folder; gives a sentence for each that did not do what is shown."""
    steps = list(steps)
    script = ["exec 2>&1", "status=0"]
    for step in steps:
        script += ["(exit $status)", step.command, "status=$?", f"printf '{MARK}%s{MARK}' \"$status\""]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {"PATH": path, "HOME": str(folder), "COLUMNS": "80", "TERM": "dumb", "LC_ALL": "C.UTF-8", "TZ": "UTC"} | env
    own["PYTHONPATH"] = str(Path(comity.__file__).parents[1])  # the comity that all other tests try
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=folder, env=own, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    parts = done.stdout.split(MARK)
    ran = list(zip(parts[::2], parts[1::2], strict=False))
    wrong = [_differs(step, out, int(status)) for step, (out, status) in zip(steps, ran, strict=False)]
    if len(ran) != len(steps):
        wrong.append(f"{steps[len(ran)].where}: the shell ended here: {parts[-1]} {done.stderr}")
    return [said for said in wrong if said]


def _differs(step: Step, out: str, status: int) -> str:
    if step.exits is not None and status != step.exits:
        return f"{step.where}\nended with {status}, not {step.exits}; it printed:\n{out}"
    if step.prints is not None and not shows(step.prints, out):
        return f"{step.where}\nshould print:\n{step.prints}\nprinted:\n{out}"
    return ""


def shows(expected: str, out: str) -> bool:
    """Whether output is what is shown; how lines are folded and spaced does not count."""
    parts = [" ".join(part.split()) for part in expected.split("…")]
    return re.fullmatch(".*".join(map(re.escape, parts)), " ".join(out.split())) is not None
