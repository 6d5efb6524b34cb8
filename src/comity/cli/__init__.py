"""The command line: one verb a room. No rule of law stands here; everything is asked of the desk."""

from __future__ import annotations

import json
import sys

from comity.cli.common import app, errors
from comity.errors import ComityError, Faulty


def main() -> None:
    """Run the command that was typed; a known trouble ends with its message, its remedy and its exit code."""
    from comity.cli import rooms

    rooms.load(*sys.argv[1:2])
    try:
        app()
    except ComityError as error:
        _say(error)
        sys.exit(error.exit_code)


def _say(error: ComityError) -> None:
    faults = list(error.faults) if isinstance(error, Faulty) else []
    if "--json" in sys.argv:
        told = {"error": error.message, "place": error.place, "help": error.remedy, "faults": [str(f) for f in faults]}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
        return
    for fault in faults:
        errors.print(f"- {fault}", highlight=False, markup=False)
    place = f"{error.place}: " if error.place else ""
    errors.print(f"error: {place}{error.message}", style="red", highlight=False, markup=False)
    if error.remedy:
        errors.print(f"  help: {error.remedy}", highlight=False, markup=False)
