"""`python -m tools.catalogue`: every string that a page shows, gathered into the catalogues of the desk's languages.

Strings are found where they stand: in the templates; in what the code words for people (errors, faults, reasons of the
gate, what is told once); in the tables of words (kinds of event, roles, clocks, verdicts). The template `comity.pot`
and each language's `comity.po` are written anew: what is translated stays, what is new stands there empty, what nothing
shows any more is kept at the end and comes back with its sentence. With a code a language is begun.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated, Final

import typer
from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from tools.strings import Found, every

ROOT: Final = Path(__file__).resolve().parent.parent
CATALOGUES: Final = ROOT / "src/comity/web/catalogues"
VOLATILE: Final = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid-Bugs-To): .*\n',
    re.M,
)
FIELDS: Final = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
THEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""No catalogue says when it was written: its history does."""


def template(found: Iterable[Found]) -> Catalog:
    """Every string once, with the files that it stands in."""
    made = _catalogue(None)
    for one in found:
        id = (one.text, one.more) if one.more else one.text
        made.add(id, locations=[(one.where, 0)], context=one.context or None, auto_comments=one.notes)
    return made


def _catalogue(locale: str | None) -> Catalog:
    return Catalog(
        locale, project="comity", copyright_holder="The comity authors", version="desk",
        creation_date=THEN, revision_date=THEN, fuzzy=False, charset="utf-8",
        header_comment=f"# The strings of the desk{f' in {Locale.parse(locale).english_name}' if locale else ''}.",
    )  # fmt: skip


def updated(wanted: Catalog, kept: Catalog) -> Catalog:
    """A language's catalogue for the strings that are wanted now."""
    made = _catalogue(str(kept.locale))
    known = {_key(one): one for one in (*kept.obsolete.values(), *kept) if one.id}
    for one in wanted:
        if one.id:
            old = known.pop(_key(one), None)
            blank: str | tuple[str, ...] = ("",) * kept.num_plurals if isinstance(one.id, tuple) else ""
            string = old.string if old and isinstance(old.string, type(blank)) else blank
            made.add(
                one.id, string, locations=one.locations, context=one.context, auto_comments=one.auto_comments,
                user_comments=old.user_comments if old else (), flags=old.flags if old else (),
            )  # fmt: skip
    made.obsolete = {key: one for key, one in known.items() if _written(one)}  # type: ignore[assignment]
    return made


def _key(one: Message) -> tuple[str, str]:
    return one.context or "", one.id if isinstance(one.id, str) else one.id[0]


def _written(one: Message) -> bool:
    return bool(one.string if isinstance(one.string, str) else any(one.string))


def text(catalogue: Catalog) -> str:
    """A catalogue as its file has it, the same for the same strings."""
    file = BytesIO()
    write_po(file, catalogue, width=116, include_lineno=False, sort_by_file=True)
    return VOLATILE.sub("", file.getvalue().decode())


def read(path: Path, locale: str) -> Catalog:
    """A language's catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale)


def wrong(catalogue: Catalog) -> Iterator[str]:
    """Whatever keeps a catalogue from being whole: what is not translated, or with other fields than the English."""
    for one in catalogue:
        if not one.id:
            continue
        ids = one.id if isinstance(one.id, tuple) else (one.id,)
        strings = one.string if isinstance(one.string, tuple) else (one.string,)
        if not all(strings):
            yield f"not translated: {ids[0]}"
        elif one.fuzzy:
            yield f"fuzzy: {ids[0]}"
        elif any(_fields(string) != _fields(ids[-1]) and _fields(string) != _fields(ids[0]) for string in strings):
            yield f"other fields: {ids[0]}"


def _fields(text: str) -> set[str]:
    return {one or other for one, other in FIELDS.findall(text)}


def write(folder: Path, language: str = "") -> Iterator[str]:
    """Write template and catalogues into a folder; tells of each what is left to do."""
    wanted = template(every())
    (folder / "comity.pot").write_text(text(wanted), "utf-8")
    if language:
        (folder / language).mkdir(exist_ok=True)
        (folder / language / "comity.po").touch()
    for path in sorted(folder.glob("*/comity.po")):
        made = updated(wanted, read(path, path.parent.name.replace("-", "_")))
        path.write_text(text(made), "utf-8")
        left, gone = len(list(wrong(made))), len(made.obsolete)
        yield f"{path.parent.name}: {len(made)} strings, {left} to do" + (f", {gone} no longer shown" if gone else "")


def main(
    language: Annotated[str, typer.Argument(help="a language to begin, by its code: fr, pt-BR")] = "",
    folder: Annotated[Path, typer.Option("--to", help="another folder than the desk's own")] = CATALOGUES,
) -> None:
    """Gather every string that a page shows, and say what is left to translate."""
    try:
        Locale.parse(language, sep="-") if language else None
    except (ValueError, UnknownLocaleError) as error:
        typer.echo(f"catalogue: `{language}` is no language that can be begun: {error}", err=True)
        raise typer.Exit(2) from error
    folder.mkdir(parents=True, exist_ok=True)
    for line in write(folder, language):
        sys.stdout.write(f"catalogue: {line}\n")


if __name__ == "__main__":
    typer.run(main)
