"""What a reader looks up is there, and is true: verbs, codes, words, faults, settings, promises, links."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest
from tests.docs.names import names
from tools import docs

from comity.desk import estate, office
from comity.desk.exposure import aim_read
from comity.desk.tia import answers
from comity.intake.keys import DEMAND, PAPER, SCOPE
from comity.kernel.gate import WORK
from comity.kernel.matter import KINDS
from comity.lawpack import default_folder, read_folder
from comity.lawpack.read import SHAPES as PACK

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def prose(path: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", path.read_text("utf-8"))


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(prose(path)):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"{target} leads nowhere"
        assert not anchor or anchor in anchors(there), f"{target}: no such heading"
        assert DOCS not in path.parents or DOCS in there.parents, f"{target} leaves the documentation"


def test_the_table_of_contents_has_every_page() -> None:
    listed = set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text("utf-8")))
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if "laws" not in path.parts}
    assert listed - {"laws/README.md"} == there


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_taken_from_the_code_is_up_to_date(path: Path) -> None:
    """If this fails, `make docs` and look at what it changed."""
    assert docs.made_again(path) == path.read_text("utf-8")


def test_every_verb_and_option_is_documented() -> None:
    commands = page("commands.md")
    for name, command in docs.commands().items():
        assert f"### `comity {name}" in commands
        assert command.help, f"comity {name} does not say what it does"
        assert all(p.help for p in command.params), f"comity {name} has an option that says nothing"


def test_every_verb_that_a_page_names_exists() -> None:
    """In text, code and examples: whoever types what a page says gets an answer."""
    known = set(docs.commands())
    groups = {name.split()[0] for name in known if " " in name}
    for path in PAGES:
        for found in re.findall(r"(?:`|^\$ )comity\s+([a-z]+(?:\s+[a-z]+)?)", path.read_text("utf-8"), re.MULTILINE):
            said, first = " ".join(found.split()), found.split()[0]
            assert said in known or (first in known and first not in groups), f"{path.name}: comity {said}"


def test_every_exit_code_is_explained() -> None:
    text = page("formats/exit-codes.md")
    explained = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    constants = {int(n) for file in (docs.ROOT / "src/comity/cli").glob("*.py") for n in CODE.findall(file.read_text())}
    assert explained == {0, 1, *docs.errors(), *constants}


CODE = re.compile(r"^[A-Z]+ = (\d)$", re.MULTILINE)


def test_every_error_says_what_to_do() -> None:
    for kinds in docs.errors().values():
        for kind in kinds:
            assert kind.__doc__
            assert kind.help, f"{kind.__name__} has no help"


def test_every_named_fault_is_documented_and_no_other() -> None:
    text = page("formats/faults.md")
    listed = {
        name for row in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE) for name in re.findall(r"`([a-z-]+)`", row)
    }
    made = names()
    assert not {name: place for name, place in made.items() if name not in listed}
    assert not listed - set(made)


def test_the_reasons_that_work_removes_are_marked_so() -> None:
    section = page("formats/faults.md").split("## The gate's reasons")[1].split("## ")[0]
    assert set(re.findall(r"`([a-z-]+)` \(\*work\*\)", section)) == set(WORK)


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("office", office.SHAPES),
        ("estate", estate.SHAPES),
        ("advice", aim_read.SHAPES),
        ("pack", PACK),
        ("tia", answers.SHAPES),
    ],
)
def test_every_setting_is_documented(name: str, shapes: dict) -> None:
    text = page(f"formats/{name}.md")
    for table, shape in shapes.items():
        assert re.search(rf"\[{table}\]", text), f"[{table}]"
        for key in (*shape.needs, *shape.may):
            assert f"`{key}`" in text, f"`{key}` of [{table}]"


def test_every_key_of_a_demand_is_documented() -> None:
    text = page("formats/demand.md")
    for key in (*DEMAND, *SCOPE, *PAPER):
        assert f"`{key.name}`" in text, key.name


def test_every_term_is_documented() -> None:
    text = page("formats/pack.md")
    for term in read_folder(default_folder()).words.terms:
        assert f"| `{term}` |" in text


def test_every_kind_of_event_is_documented() -> None:
    for kind in KINDS:
        assert f"| `{kind}` |" in page("formats/events.md")


def test_every_type_of_the_kernel_has_its_word() -> None:
    """And no page of words names a type that is not there."""
    types = set()
    for path in sorted((docs.ROOT / "src/comity/kernel").glob("*.py")):
        module = import_module(f"comity.kernel.{path.stem}")
        types |= {
            name
            for name, kind in inspect.getmembers(module, inspect.isclass)
            if kind.__module__ == module.__name__ and not name.startswith("_")
        }
    said = set(re.findall(r"`([A-Z]\w+)`", page("words.md")))
    assert types - said == set()
    assert said - types == set()


def test_a_word_is_explained_once() -> None:
    words = re.findall(r"(?:^\* |\. |, |^  )\*\*([A-Z][a-z ,]+)\*\*", page("words.md"), re.MULTILINE)
    assert len(words) > 80
    assert len(words) == len(set(words))


def test_every_dependency_has_its_reasons() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project.get("optional-dependencies", {}).values()
    packages = {re.split(r"[<>=\[ ;]", need)[0] for need in chain(project["dependencies"], *extras)}
    assert set(re.findall(r"^## (\S+)$", page("why/dependencies.md"), re.MULTILINE)) == packages


def test_every_promise_has_tests_that_exist() -> None:
    parts = re.split(r"^## (\d+)\. ", page("promises.md"), flags=re.MULTILINE)
    assert [int(number) for number in parts[1::2]] == list(range(1, 14))
    for number, body in zip(parts[1::2], parts[2::2], strict=True):
        tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", body)
        assert tests, f"promise {number} has no test"
        for file, name in tests:
            defined = {node.name for node in ast.walk(ast.parse((ROOT / file).read_text())) if hasattr(node, "name")}
            assert name in defined, f"promise {number}: {file} has no {name}"


def test_every_promise_is_tried_as_a_property() -> None:
    """At least one test of each takes its input from Hypothesis."""
    for body in re.split(r"^## \d+\. ", page("promises.md"), flags=re.MULTILINE)[1:]:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", body)
        assert any(_is_property(ROOT / file, name) for file, name in named), body.splitlines()[0]


def _is_property(file: Path, name: str) -> bool:
    found = (n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.FunctionDef) and n.name == name)
    return any("given" in ast.unparse(decorator) for function in found for decorator in function.decorator_list)


FORBIDDEN = re.compile(r"\b(TODO|FIXME|NotImplemented|lorem ipsum|pypi\.org|/work/|/tmp/|localhost)\b", re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_is_finished_and_names_no_machine(path: Path) -> None:
    assert not FORBIDDEN.search(path.read_text("utf-8"))
