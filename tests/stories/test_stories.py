"""Every story of this folder: commands, input and expected output in one text file, run as a person would type them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.console import run, shows, story_steps

STORIES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem)
def test_a_story_goes_as_it_is_told(story: Path, tmp_path: Path) -> None:
    steps = story_steps(story.read_text("utf-8"), story.name)
    assert sum(step.prints is not None for step in steps) > 1, "a story that shows nothing tells nothing"
    wrong = run(steps, tmp_path, COMITY_OFFICE="office")
    assert not wrong, "\n\n".join(wrong)


def test_a_story_that_does_not_go_so_is_told_apart(tmp_path: Path) -> None:
    """The runner itself: what is printed, what is not, and how a command ends all count."""
    told = "=== a.txt\none\ntwo\n===\n$ cat a.txt\none\n…\n$ cat b.txt\n…\n[exit 1]\n"
    assert run(story_steps(told, "told"), tmp_path) == []
    for other in (
        told.replace("one\n…", "two\n…"),
        told.replace("[exit 1]", "[exit 2]"),
        told.replace("\n[exit 1]", ""),
    ):
        assert len(run(story_steps(other, "other"), tmp_path)) == 1


@pytest.mark.parametrize(
    ("expected", "out", "same"),
    [
        ("a b", "a  b\n", True),
        ("a\nb", "a b", True),
        ("a … d", "a b\nc d", True),
        ("a…", "a", True),
        ("a", "a b", False),
        ("…b", "a", False),
        ("a.c", "abc", False),
    ],
)
def test_dots_stand_for_anything_and_folding_does_not_count(expected: str, out: str, same: bool) -> None:
    assert shows(expected, out) is same
