"""The sentences that catalogues translate: how one is taken apart into words and fields, and where they stand in code.

A sentence is a template with named fields (`the clock says {at}`). It is the docstring of an error, the text of a
fault, a reason of the gate: none of these knows of languages, and none has to.
"""

from __future__ import annotations

import re
from typing import Final

from comity.errors import ComityError

FIELD: Final = re.compile(r"\{(\w+)\}")
OPEN: Final = {
    "why": "", "verdict": "", "state": "", "category": "of", "kind": "kind", "role": "role", "now": "",
    "what": "", "remedy": "", "part": "", "gaps": "", "needs": "", "read": "value", "wait": "",
}  # fmt: skip
"""Fields that hold words of our own, which are translated too, each with the context they are looked up in."""

WHOSE: Final = frozenset({"roles", "needed", "keepers", "admitting", "watchers"})
"""Fields that name roles: `intake or counsel`."""


def template_of(error: type[ComityError]) -> str:
    """What an error of a kind says, its fields not put in."""
    return (error.__doc__ or "").strip().splitlines()[0]


def lead(template: str) -> tuple[int, re.Pattern[str]]:
    """How many letters of its own a template has, and the shape of the sentences made from it."""
    parts, seen = FIELD.split(template), set[str]()
    shape = ""
    for number, part in enumerate(parts):
        if number % 2 == 0:
            shape += re.escape(part)
        else:
            shape += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return sum(letter.isalpha() for part in parts[0::2] for letter in part), re.compile(shape, re.DOTALL)
