"""Opening a stranger's paper where it can do no harm: in a process of its own, which answers in JSON or not at all.

Whatever a parser is asked to take to pieces (PDF, XML, mail, archives) it takes to pieces there. That process has an
empty environment and an empty folder, limits of memory, time and files, and no network (`inside/walls.py`). A crash, a
hang or a bomb ends it, and becomes a named fault with a remedy; nothing here ever ends by it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, Final, Literal

from comity.errors import ComityError, Faulty
from comity.kernel.words import Fault

Task = Literal["pdftext", "unpack", "mailproof", "notice", "pdfproof", "xmlproof", "xmltree"]
INSIDE: Final = Path(__file__).with_name("inside")
WALLS: Final = {
    "limits": "its memory and time", "network": "the network", "files": "files", "calls": "other programs",
}  # fmt: skip
"""What a process can be walled off from; the system says which of these it has."""
MOST_BYTES: Final = 32 << 20
MOST_MEBIBYTES: Final = 1024
MOST_SECONDS: Final = 30
MOST_ANSWER: Final = 64 << 20
"""What a paper may take: its size, the memory and time of the process that opens it, and the length of its answer."""
NAMES: Final[dict[str, str]] = {
    "paper-too-slow": "take out the pages with the demand itself and give those, or give its text",
    "paper-too-big": "take out the pages with the demand itself and give those, or give its text",
    "paper-too-deep": "ask for the paper itself, not wrapped in other papers",
    "paper-crashed": "ask for the paper in another form, best a PDF printed anew; keep this one as it came",
    "paper-broken": "ask for the paper again, or in another form; keep this one as it came",
    "archive-bomb": "ask for the papers one by one; nothing was unpacked",
    "archive-path": "ask for the papers one by one: an archive whose names lead elsewhere is an attack or a defect",
    "archive-link": "ask for the papers one by one: an archive of papers holds no links",
    "archive-twice": "ask for the papers one by one: which of two files of one name was meant, nobody can say",
    "archive-locked": "ask for the papers without a password, by a way that needs none",
    "too-many-parts": "ask for the papers one by one, a hundred at most",
    "xml-entities": "ask for the paper without a document type: it declares entities, which no demand needs",
}


class Unopened(Faulty):
    """`{path}` was not opened: {what}"""

    help = "keep the paper as it came, and do what stands with the fault"
    exit_code = 4

    @property
    def what(self) -> str:
        """What is wrong with it, in words."""
        return str(self.fields["what"])

    @property
    def name(self) -> str:
        """The name of its one fault."""
        return str(getattr(self.faults[0], "name", ""))


class NotInstalled(ComityError):
    """nothing here can open such a paper: `{name}` is missing"""

    help = "install comity[intake,pdf]"
    exit_code = 3


def look(task: Task, raw: bytes, path: str, **options: Any) -> dict[str, Any]:
    """What a task says of some octets; `path` names them in an error. Raises `Unopened` or `NotInstalled`."""
    if len(raw) > MOST_BYTES:
        raise _unopened(path, "paper-too-big", f"it has more than {MOST_BYTES >> 20} MiB")
    said = answer(str(INSIDE / f"{task}.py"), raw, options)
    if said.get("why") == "missing":
        raise NotInstalled(name=said["what"])
    if said.get("why") in NAMES:
        raise _unopened(path, said["why"], said["what"])
    return said


def _unopened(path: str, name: str, what: str) -> Unopened:
    return Unopened((Fault(name, path, what, NAMES[name]),), path=path, what=what)


def answer(task: str, raw: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """What the file `task` says of some octets, or why its process said nothing."""
    asked = {
        "task": task, "options": options, "mebibytes": MOST_MEBIBYTES, "seconds": MOST_SECONDS,
        "path": [entry for entry in sys.path if os.path.isabs(entry) and os.path.exists(entry)],
    }  # fmt: skip
    command = [sys.executable, "-I", "-S", "-B", str(INSIDE / "walls.py"), json.dumps(asked)]
    with tempfile.TemporaryDirectory(prefix="comity-paper-") as empty, tempfile.TemporaryFile() as octets:
        octets.write(raw)
        octets.seek(0)
        with subprocess.Popen(
            command, stdin=octets, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=empty, env={},
            close_fds=True, start_new_session=True,
        ) as child:  # fmt: skip
            answer = _heard(child)
    if answer is None:
        return {"why": "paper-too-slow", "what": f"it takes more than {MOST_SECONDS} seconds to read"}
    if len(answer) > MOST_ANSWER:
        return {"why": "paper-too-big", "what": f"it unpacks to more than {MOST_ANSWER >> 20} MiB"}
    return _parsed(answer, child.returncode)


def _heard(child: subprocess.Popen[bytes]) -> bytes | None:
    """All that the process says, up to one octet past the limit; None if its time ran out first."""
    said: list[bytes] = []
    assert child.stdout is not None
    reader = Thread(target=lambda: said.append(_read(child)), daemon=True)
    reader.start()
    reader.join(MOST_SECONDS + 5)
    heard = said[0] if said else None
    if heard is None or len(heard) > MOST_ANSWER:
        _end(child)
    reader.join(5)
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        _end(child)
        child.wait()
    return heard


def _read(child: subprocess.Popen[bytes]) -> bytes:
    assert child.stdout is not None
    return child.stdout.read(MOST_ANSWER + 1)


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL) if hasattr(os, "killpg") else child.kill()


def _parsed(answer: bytes, code: int) -> dict[str, Any]:
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict):
        return said
    if -code in (getattr(signal, "SIGXCPU", 0), signal.SIGKILL) and code:
        return {"why": "paper-too-slow", "what": f"it takes more than {MOST_SECONDS} seconds to read"}
    return {"why": "paper-crashed", "what": "the process that read it ended without an answer"}
