"""What a person sees of an exposure on a screen: words, who is alike, where the law named can be read, what is next."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.exposure.test_unreached import ESTATE

from comity.cli import main
from comity.cli.exposure import WORDS, Interrupted, in_order
from comity.desk.office import load_packs
from comity.exposure.sweep import STRENGTH
from comity.letters.page import MEANINGS

ACCOUNTS = (
    "address,store,customer_place,nationality,kind\na@l.example,quincy,DE,DE,person\nb@l.example,quincy,US,US,person\n"
)
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an estate and two accounts, where everything is typed."""
    folder = tmp_path_factory.mktemp("screen")
    (folder / "estate.toml").write_text(ESTATE)
    (folder / "accounts.csv").write_text(ACCOUNTS)
    return folder


@pytest.fixture
def typed(kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """The exit code, what is printed, and what is said of errors."""
    monkeypatch.chdir(kept)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["comity", "exposure", *arguments])
        code = 0
        try:
            main()
        except SystemExit as done:
            code = int(done.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    if not Path("larch.cube").exists():
        assert run("run", "--accounts", "accounts.csv", "--on", "2018-03-24", "--out", "larch.cube")[0] == 0
    return run


def test_the_words_are_those_of_the_page() -> None:
    """A verdict means one thing, wherever it stands."""
    pages = {word: says for lane, word, _, says in MEANINGS if lane == "law"}
    assert [word for word, _ in WORDS] == list(STRENGTH)
    assert all(pages[word].startswith(says) for word, says in WORDS)


def test_a_run_says_what_its_words_mean_and_what_comes_next(typed: Typed) -> None:
    """Within eighty columns; and what it names next can be done."""
    code, told, _ = typed("run", "--accounts", "accounts.csv", "--on", "2018-03-24", "--out", "again.cube")
    assert code == 0
    assert all(len(line) <= 80 for line in told.splitlines())
    assert all(f"{word}: {says}" in told for word, says in WORDS)
    line = re.search(r"next: `comity exposure (.*?)`", told)
    assert line
    code, said, _ = typed(*line[1].split(), "--no-history")
    assert (code, "page.html" in said) == (0, True)


def test_places_of_which_the_same_is_to_be_said_stand_together(typed: Typed) -> None:
    """Every place with accounts is there, once: in the table, or among those that are alike."""
    _, told, _ = typed("show", "larch.cube")
    _, data, _ = typed("show", "larch.cube", "--json")
    import json

    words = [word for word, _ in WORDS]
    numbers: dict[str, list[tuple[object, ...]]] = {}
    for row in json.loads(data)["rows"]:
        if any(row[word] for word in words):
            numbers.setdefault(row["place"], []).append((row["category"], *(row[word] for word in words)))
    table, _, below = told.partition("\n\n")[2].partition("\n\n")
    first = [found[1] for line in table.splitlines() if (found := re.match(r"([A-Z]{2}) ", line))]
    alike = [line.split(": ")[1].split(", ") for line in below.replace(", \n", ", ").splitlines() if " more: " in line]
    assert sorted({*first, *(place for each in alike for place in each)}) == sorted(numbers)
    assert alike and {each[0] for each in alike} <= set(first)
    for each in alike:
        assert all(numbers[place] == numbers[each[0]] for place in each)
    assert len({str(numbers[place]) for place in first}) == len(first)


def test_what_is_open_is_told_with_what_it_waits_for(typed: Typed) -> None:
    """A share that nobody stated leaves control unknown: it is shown as that, by name; and so is the law."""
    more = '[[entity]]\nid = "ie"\nname = "Larch Ltd"\nplace = "IE"\nparent = "us"\n'
    Path("unknown.toml").write_text(ESTATE.replace('holder = "us"', 'holder = "ie"') + more)
    given = ("run", "--accounts", "accounts.csv", "--on", "2018-03-24", "--out", "unknown.cube", "--estate")
    code, told, _ = typed(*given, "unknown.toml")
    told = " ".join(told.split())
    assert code == 0
    stated, _, settled = told.partition("open because nobody stated: ")[2].partition("open because nobody settled: ")
    assert "record.served_controls" in stated and "record.served_controls" not in settled
    (first, *_) = re.findall(r"\w+", settled)
    assert first in {question.id for question in load_packs().law.questions}
    assert "record.served_controls" not in typed("show", "larch.cube")[1]


def test_a_difference_names_where_its_law_can_be_read(typed: Typed) -> None:
    """Each rule that came or went with its citation; what no demand was made for is not asked, not unheld."""
    code, told, _ = typed("diff", "larch.cube", "--assume", "us-2702-content@2 repealed on 2018-01-01")
    assert code == 0
    named = dict(re.findall(r"^  ([\w@.-]+): (\S.*)$", told.partition("Named here:")[2], re.M))
    reasons = {one.split()[-1] for one in re.findall(r"^    [−+] (.*)$", told, re.M)}
    assert reasons and reasons == named.keys()
    code, told, _ = typed("diff", "larch.cube", "--on", "2026-09-01")
    assert (code, "not asked" in told, "not held" in told) == (0, True, False)


def test_a_cube_that_is_not_there_is_not_called_broken(typed: Typed) -> None:
    """There is nothing to make again."""
    code, _, said = typed("show", "none.cube")
    assert (code, "cannot read `none.cube`: No such file" in said) == (3, True)


@pytest.mark.parametrize(
    "typing",
    [
        ("run", "--accounts", "accounts.csv", "--out", "none/a.cube"),
        ("run", "--accounts", "accounts.csv", "--out", "b.cube", "--keep", "none/kept"),
        ("page", "larch.cube", "--out", "none/page.html"),
        ("tia", "larch.cube", "--pdf", "none/tia.pdf"),
        ("apply", "larch.cube", "--accounts", "accounts.csv", "--out", "none/verdicts"),
    ],
    ids=lambda typing: typing[0],
)
def test_a_folder_that_is_not_there_is_said_before_the_work(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, typing: tuple[str, ...]
) -> None:
    """Not after an hour; and with no name of a file that nobody asked for."""
    from comity.desk.exposure import kept as work

    monkeypatch.setattr(work, "engine", lambda: pytest.fail("it worked first"))
    code, _, said = typed(*typing)
    assert (code, "its folder does not exist" in said, "/." in said, Path("b.cube").exists()) == (3, True, False, False)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_is_said_and_the_handler_is_given_back(sign: signal.Signals) -> None:
    """By hand or by the system."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Interrupted), in_order():
        signal.raise_signal(sign)
    assert signal.getsignal(signal.SIGTERM) is before
