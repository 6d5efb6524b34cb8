"""A verb is there whichever way it is asked for, and asking for one does not import the rooms of the others."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict

from comity.cli import rooms
from comity.cli.common import app

ONE = """
import json, sys
from comity import cli
sys.argv = ["comity", *{words}]
try:
    cli.main()
finally:
    loaded = [name for name in sys.modules if name.startswith("comity.cli.") and name.count(".") == 2]
    print(json.dumps([name.removeprefix("comity.cli.") for name in loaded]), file=sys.stderr)
"""


def test_every_room_has_the_verbs_that_it_is_said_to_have() -> None:
    rooms.load()
    found = defaultdict(set)
    for verb in app.registered_commands:
        found[verb.callback.__module__].add(verb.name or verb.callback.__name__)
    for group in app.registered_groups:
        for verb in group.typer_instance.registered_commands:
            found[verb.callback.__module__].add(group.name)
    assert found == {f"comity.cli.{room}": set(verbs) for room, verbs in rooms.ROOMS.items()}


def typed(*words: str) -> tuple[int, str, set[str]]:
    """Type words in a new process: how it ended, what it printed, which rooms it imported."""
    done = subprocess.run([sys.executable, "-c", ONE.format(words=words)], capture_output=True, text=True)
    *said, loaded = done.stderr.splitlines()
    return done.returncode, done.stdout + "\n".join(said), set(json.loads(loaded)) & set(rooms.ROOMS)


def test_a_verb_is_typed_by_its_name_and_brings_its_own_room_alone() -> None:
    """Also where the room has one verb, and where several rooms share a word."""
    code, said, loaded = typed("init", "--help")
    assert code == 0 and "comity init [OPTIONS] {folder}" in said and loaded == {"office"}
    code, said, loaded = typed("law", "--help")
    assert code == 0 and all(verb in said for verb in ("check", "show", "alerts", "fidelity"))
    assert loaded == {"law", "law_show", "law_alerts", "law_fidelity"}


def test_what_is_no_verb_is_told_with_all_rooms_at_hand() -> None:
    code, said, loaded = typed("gat")
    assert code == 2 and "No such command" in said and loaded == set(rooms.ROOMS)
    code, said, _ = typed("--help")
    assert code == 0 and all(verb in said for verbs in rooms.ROOMS.values() for verb in verbs)
