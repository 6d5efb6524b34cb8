"""Every command in the documentation runs and prints what its page shows; every other snippet is well formed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.docs.console import NOT_RUN, page_steps, run
from tests.postgres import running

ROOT = Path(__file__).parents[2]
PAGES = {page.relative_to(ROOT).as_posix(): page for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOUSE = ("Makefile", "pyproject.toml", "uv.lock", "tools", "src")
"""What a page may use of the project besides what it makes itself."""


def blocks(kind: str) -> list[tuple[str, int, str]]:
    """Every fenced block of a kind: its page, line and text."""
    found = []
    for name, page in sorted(PAGES.items()):
        text = page.read_text("utf-8")
        for block in BLOCK.finditer(text):
            if block[1] == kind and not NOT_RUN.search(text[: block.start()]):
                found.append((name, text.count("\n", 0, block.start()) + 1, block[2]))
    return found


def a_clone(folder: Path) -> Path:
    """A folder that looks like the project's own to `make`, already set up, in which a page may write as it likes."""
    for name in HOUSE:
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    (folder / ".setup").mkdir()
    (folder / ".setup" / "ready").touch()
    return folder


NEEDS_JAVA = "docs/howto/exposure-on-spark.md"


@pytest.mark.parametrize(
    "name", sorted(name for name, page in PAGES.items() if page_steps(page.read_text("utf-8"), ""))
)
def test_the_commands_of_a_page_run_in_order_and_print_what_it_shows(name: str, tmp_path: Path) -> None:
    """A page on PostgreSQL has a server of its own, in which it may make what it likes."""
    if name == NEEDS_JAVA and not shutil.which("java"):
        pytest.skip("there is no Java: install Debian's openjdk-17-jre-headless")
    steps = page_steps(PAGES[name].read_text("utf-8"), name)
    needed = any("postgresql://" in step.command for step in steps)
    with running() if needed else nullcontext() as server:
        wrong = run(steps, a_clone(tmp_path), **(server.env() if server else {}))
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize(("page", "line", "text"), blocks("python"))
def test_a_python_snippet_runs(page: str, line: int, text: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{page}:{line}\n{done.stderr}"


@pytest.mark.parametrize(("page", "line", "text"), blocks("toml"))
def test_a_toml_snippet_is_toml(page: str, line: int, text: str) -> None:
    assert tomllib.loads(text), f"{page}:{line} says nothing"


def test_what_is_not_run_is_named_with_a_reason_and_is_little() -> None:
    """A page may mark a block as not run; each reason is one of those given here."""
    reasons = {reason for page in PAGES.values() for reason in re.findall(r"<!-- not run: (.+?) -->", page.read_text())}
    assert reasons <= {
        "it runs this test",
        "a token is made with a passkey",
        "the names are those that the lists print",
        "it takes minutes",
        "it shows a form",
        "it changes the machine",
        "it waits for a browser",
    }
