"""YAML that was written by others: read as plain text, mappings with their lines, every fault gathered.

Only the safe constructors are there, and of the words that YAML reads by itself only null: `NO` is Norway, a day stays
as it was written. A second key of one name is a fault, not the last one's win. Merge keys are plain keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from comity.errors import Unreadable

NULL: Final = "tag:yaml.org,2002:null"
MAP: Final = "tag:yaml.org,2002:map"
MOST_BYTES: Final = 4 << 20
PLAIN: Final = {
    first: [(tag, pattern) for tag, pattern in found if tag == NULL]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
"""What is read as something else than text: null."""


class Row(dict[str, Any]):
    """A mapping that knows the line on which it begins, and that of each key."""

    def __init__(self, line: int) -> None:
        """An empty mapping that begins on `line`."""
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def at(self, key: str = "") -> int:
        """The line of a key, or that of the mapping where the key is absent."""
        return self.lines.get(key, self.line)


@dataclass(frozen=True)
class Sheet:
    """One YAML file: what it holds, and what kept it from being read: fault name, line, what is wrong."""

    data: object
    wrong: tuple[tuple[str, int, str], ...] = ()


class _Loader(yaml.SafeLoader):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.yaml_implicit_resolvers = PLAIN
        self.wrong: list[tuple[str, int, str]] = []

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> str:
        """The text; half a character that an escape makes (`\\ud800`) could not be written anywhere again."""
        text = str(super().construct_scalar(node))
        whole = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
        if whole != text:
            self.wrong.append(("not-yaml", node.start_mark.line + 1, "half a character"))
        return whole

    def row(self, node: yaml.MappingNode) -> Iterator[Row]:
        row = Row(node.start_mark.line + 1)
        yield row
        for named, value in node.value:
            line = named.start_mark.line + 1
            key = self.construct_object(named, deep=True)
            if not isinstance(key, str):
                self.wrong.append(("wrong-type", line, "a key must be text"))
            elif key in row:
                self.wrong.append(("duplicate-key", line, f"`{key}` stands here a second time"))
            else:
                row.lines[key] = line
                row[key] = self.construct_object(value)


_ROW: Final[Callable[[_Loader, yaml.MappingNode], Iterator[Row]]] = _Loader.row
_Loader.add_constructor(MAP, _ROW)


def read_yaml(path: Path) -> Sheet:
    """Read one file; what is not YAML is a fault with its line, a file that cannot be opened an error."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(path=str(path), why=error.strerror or str(error)) from error
    if len(raw) > MOST_BYTES:
        return Sheet(None, (("too-large", 1, f"larger than {MOST_BYTES >> 20} MiB"),))
    try:
        return _read(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Sheet(None, (("not-yaml", raw.count(b"\n", 0, error.start) + 1, "not UTF-8 text"),))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Sheet(None, (("not-yaml", mark.line + 1 if mark else 1, str(error.problem or error.context)),))
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError) as error:
        return Sheet(None, (("not-yaml", 1, type(error).__name__),))


def _read(text: str) -> Sheet:
    loader = _Loader(text)
    try:
        data = loader.get_single_data()
    finally:
        loader.dispose()
    return Sheet(data, tuple(loader.wrong))
