"""What a person is told when comity cannot go on.

An error here is for the edges: a file that cannot be read, a wrong argument. Inside, what is unknown is a value
and what is refused is a value with its reasons. A class's first docstring line is its message, its fields filled
in; `help` says what to do next; `exit_code` is what the command line returns (see docs/formats/exit-codes.md).
"""

from __future__ import annotations

from typing import ClassVar


class ComityError(Exception):
    """comity cannot go on."""

    help: ClassVar[str] = ""
    exit_code: ClassVar[int] = 1

    def __init__(self, place: str | None = None, **fields: object) -> None:
        """`place` is where in the input the trouble lies (`file:line`, or a field); the rest fills the message."""
        self.place = place
        self.fields = fields
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The class's docstring line with this error's fields put in."""
        line = (type(self).__doc__ or "").strip().splitlines()[0]
        return line.format_map(self.fields)

    @property
    def remedy(self) -> str:
        """The help sentence with this error's fields put in."""
        return self.help.format_map(self.fields)


class Unreadable(ComityError):
    """cannot read `{path}`: {why}"""

    help = "check that the file exists and that you may read it, then try again"
    exit_code = 3


class Unwritable(ComityError):
    """cannot write `{path}`: {why}"""

    help = "choose another place, or see that you may write there, then try again"
    exit_code = 3


class Faulty(ComityError):
    """`{path}` has {count} fault(s)"""

    help = "mend every fault listed above, then try again"
    exit_code = 4

    def __init__(self, faults: tuple[object, ...], place: str | None = None, **fields: object) -> None:
        """`faults` are all that were found, in the order of the file."""
        self.faults = faults
        super().__init__(place, count=len(faults), **fields)
