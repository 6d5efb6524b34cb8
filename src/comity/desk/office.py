"""The office: one folder with its settings, estate, registry and keys, opened once for whatever is to be done."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from comity.desk.estate import Holdings, accounts_path, read_estate
from comity.desk.kept import Kept
from comity.desk.limits import Api, Limits, limits_faults, read_limits
from comity.desk.mailbox import Mailbox, mailbox_faults, read_mailbox
from comity.desk.recall import Recall, Tally
from comity.desk.roles import ACTS, ONLY_READS, RENAMED, ROLES, clashes, why_not
from comity.desk.trays import Done
from comity.errors import ComityError, Faulty
from comity.kernel.reason import Shelf
from comity.kernel.words import Fault
from comity.lawpack import Packs, default_folder, read_folder
from comity.lawpack.tables import Document, Shape, read_document
from comity.registry.keys import generate, load
from comity.registry.place import create, doubt, opened
from comity.registry.port import Registry, RegistryError

SETTINGS: Final = "office.toml"
FILE: Final = "registry.sqlite"
ESTATE: Final = "estate.toml"
MOST_DECIDED: Final = 4096
"""Decisions of demands that are kept for the next who asks."""
WAYS: Final = ("passkey", "session")
"""What an office may ask of who approves, answers as counsel or lets a production go."""
SHAPES: Final = {
    "office": Shape(
        {"name": "text", "served_entity": "text"},
        {
            "laws": "text",
            "notify": "flag",
            "contact": "text",
            "database": "text",
            "approve_with": "text",
            "mailbox": "text",
            "dns": "text",
        },
    ),
    "person": Shape({"name": "text", "roles": "list"}),
}


class NoOffice(ComityError):
    """there is no office in `{path}`"""

    help = "make one with `comity init FOLDER`, or name yours with --office FOLDER or COMITY_OFFICE"
    exit_code = 2


class OfficeExists(ComityError):
    """`{path}` already holds an office"""

    help = "use it as it is, or choose an empty folder"
    exit_code = 2


class NotAName(ComityError):
    """`{name}` cannot be a provider's name here"""

    help = "leave out quotation marks, backslashes and what cannot be printed; nothing was made"
    exit_code = 2


class NoDatabase(ComityError):
    """the address given is not one of a database that an office can name: {why}"""

    help = (
        "write postgresql://[USER@]HOST[:PORT]/DATABASE; a password comes from PGPASSFILE, PGPASSWORD or a service file"
    )
    exit_code = 2


class NotThatPerson(ComityError):
    """`{person}` {why}"""

    help = "people and their roles stand in office.toml as [[person]]"
    exit_code = 5


def only_reads(person: str, held: frozenset[str]) -> None:
    """Refuse an auditor, whatever they would change."""
    if "auditor" in held:
        raise NotThatPerson(person=person, why=ONLY_READS)


@dataclass(frozen=True)
class Settings:
    """What the office decides for itself: its name, the entity that is served, people and roles, notice policy."""

    name: str
    served_entity: str
    people: dict[str, frozenset[str]]
    notify: bool = True
    laws: Path | None = None
    contact: str = ""
    database: str = ""
    approve_with: str = ""
    """How who approves proves that it is they; left out, with a passkey at the desk, by name on the command line."""
    mailbox: Path | None = None
    dns: Path | None = None
    limits: Limits = field(default_factory=Limits)
    api: Api = field(default_factory=Api)
    imap: Mailbox | None = None


class Office:
    """An office's folder, opened; estate, law and registry are read when they are first needed."""

    def __init__(self, root: Path) -> None:
        if not (root / SETTINGS).is_file():
            raise NoOffice(path=str(root))
        self.root = root
        self.settings = read_settings(root / SETTINGS)

    @cached_property
    def saw(self) -> dict[str, int]:
        """How many entries of a matter whoever acts had read before; the next reading of it refuses any other."""
        return {}

    @cached_property
    def holdings(self) -> Holdings:
        """The provider's estate and accounts."""
        return read_estate(self.root / ESTATE)

    @cached_property
    def packs(self) -> Packs:
        """The law packs, all of them or a refusal with every fault."""
        return load_packs(self.settings.laws)

    @cached_property
    def shelf(self) -> Shelf:
        """Rules made ready for one decision, kept for the next under the same packs."""
        return {}

    @cached_property
    def registry(self) -> Registry:
        """What the office keeps: events, payloads and the ledger over them."""
        return opened(self.settings.database or self.root / FILE, load(self.root / "keys" / "ledger.key"))

    def person(self, name: str) -> frozenset[str]:
        """The roles of somebody who works here; refuses who does not."""
        roles = self.settings.people.get(name)
        if roles is None:
            raise NotThatPerson(person=name, why="does not work here")
        return roles

    def may(self, name: str, act: str) -> str:
        """The role in which a person does an act of the desk; refuses who has none for it."""
        held = self.person(name)
        if why := why_not(held, act):
            raise NotThatPerson(person=name, why=why)
        return next(role for role in ACTS[act][1] if role in held)

    @cached_property
    def tally(self) -> Tally:
        """How many entries each matter had when it was last counted."""
        return Tally()

    @cached_property
    def decided(self) -> Kept:
        """Demands decided before, on the same facts and under the same law."""
        return Kept(MOST_DECIDED)

    @cached_property
    def recall(self) -> Recall:
        """What was read of the log before, shared by whoever opens this office again."""
        return Recall()

    @cached_property
    def trays(self) -> Done:
        """What was done already with the trays of the portal."""
        return Done()

    def matters(self) -> Mapping[str, int]:
        """How many entries each matter has; the office's own registers (their names begin with #) are none."""
        return self.tally.counted(self.registry)

    def under(self, packs: Packs) -> Office:
        """The same office under another state of the law; nothing of it is kept."""
        other = copy(self)
        other.__dict__["packs"] = packs
        other.__dict__.pop("shelf", None)
        other.__dict__.pop("decided", None)
        return other

    def again(self) -> Office:
        """The same office opened once more: estate and law as already read, and a registry of its own."""
        other = copy(self)
        other.__dict__.pop("registry", None)
        other.__dict__.pop("saw", None)
        return other

    def files(self) -> tuple[Path, ...]:
        """Every file from which settings, estate and law are read: while none changes, what was read stands."""
        laws = self.settings.laws or default_folder()
        own = (self.root / SETTINGS, self.root / ESTATE, *accounts_path(self.root / ESTATE))
        return (*own, *sorted(laws.rglob("*.toml")))

    def close(self) -> None:
        """Let go of the registry, if it was opened."""
        if "registry" in self.__dict__:
            self.registry.close()


def load_packs(folder: Path | None = None) -> Packs:
    """The law that ships with comity, or that of a folder; refused with every fault if it is not fit to be read."""
    root = folder or default_folder()
    packs = read_folder(root)
    if packs.faults:
        raise Faulty(packs.faults, path=str(root))
    return packs


def read_settings(path: Path) -> Settings:
    """Read office.toml, or raise `Faulty` with every fault."""
    document = read_document(path)
    found = [*document.faults, *_settings_faults(document)]
    if found:
        raise Faulty(tuple(found), path=str(path))
    head = document.data["office"]
    people = {row["name"]: frozenset(row["roles"]) for _, row in document.rows("person")}
    laws, mailbox, dns = (path.parent / head[key] if key in head else None for key in ("laws", "mailbox", "dns"))
    told = [head.get(key, "") for key in ("contact", "database", "approve_with")]
    rest = (*read_limits(document.data), read_mailbox(document))
    more: tuple[Any, ...] = (head.get("notify", True), laws, *told, mailbox, dns, *rest)
    return Settings(head["name"], head["served_entity"], people, *more)


def _settings_faults(document: Document) -> list[Fault]:
    found = list(SHAPES["office"].faults(document, "office", 0, document.data.get("office", {})))
    if isinstance(address := document.data.get("office", {}).get("database"), str) and (why := doubt(address)):
        where = document.at("office", 0, "database")
        found.append(Fault("not-a-database", where, f"`database`: {why}", NoDatabase.help))
    if (way := document.data.get("office", {}).get("approve_with", WAYS[0])) not in WAYS:
        where, remedy = document.at("office", 0, "approve_with"), f"use {' or '.join(WAYS)}, or leave it out"
        found.append(Fault("unknown-way", where, f"`{way}` is no way to approve", remedy))
    found += [*limits_faults(document), *mailbox_faults(document)]
    for index, row in document.rows("person"):
        found += SHAPES["person"].faults(document, "person", index, row)
        where, held = document.at("person", index, "roles"), row.get("roles", ())
        for role in held:
            if role not in ROLES:
                remedy = RENAMED.get(role, f"use {', '.join(ROLES)}")
                found.append(Fault("unknown-role", where, f"`{role}` is not a role", remedy))
        found += [
            Fault("roles-clash", where, f"`{row.get('name')}`: {why}", "give each of these roles to another person")
            for why in clashes(frozenset(held))
        ]
    return found


SETTINGS_TEXT: Final = """\
# The office: who works here, and what it decides for itself. Roles: intake, reviewer, counsel, approver, collector,
# auditor, administrator.
[office]
name = "{name}"
served_entity = "{entity}"  # the entity of estate.toml on which demands are served
notify = true               # tell the user unless a secrecy order forbids it
contact = "legal@example.com"  # where users may write about a notice

[[person]]
name = "first.approver"
roles = ["approver"]

[[person]]
name = "second.approver"
roles = ["approver", "reviewer"]

[[person]]
name = "counsel"
roles = ["counsel"]

[[person]]
name = "clerk"
roles = ["intake", "collector"]

[[person]]
name = "auditor"
roles = ["auditor"]

[[person]]
name = "administrator"
roles = ["administrator"]
"""

ESTATE_TEXT: Final = """\
# The estate: who owns whom, where records lie, who holds the keys. Replace this example with your own.
[provider]
name = "{name}"

[[entity]]
id = "us"
name = "{name} Corp"
place = "US"

[[entity]]
id = "ie"
name = "{name} Ireland Ltd"
place = "IE"
parent = "us"
share = 100

[[site]]
id = "dublin"
name = "Dublin"
country = "IE"
operator = "ie"

[[service]]
id = "mail"
name = "Mail"
public = true
offered = ["US", "IE"]

[[store]]
id = "dublin-mail"
site = "dublin"
holder = "ie"
service = "mail"
key_holder = "provider"     # or "customer", or the id of a trustee
holds = ["content", "traffic"]
path = "mail"               # a folder with one mbox file or Maildir per account, named by its address
layout = "maildir"          # mbox, maildir or eml

[accounts]
path = "accounts.csv"
"""

ACCOUNTS_TEXT: Final = "address,store,customer_place,nationality,kind,service\n"


def init(root: Path, name: str, origin: str, served_entity: str = "us", database: str = "") -> Office:
    """Make an office in an empty or new folder: example settings and estate, a signing key and an empty registry.

    The registry is a file of the folder, or lies in the PostgreSQL database named.
    """
    if (root / SETTINGS).exists():
        raise OfficeExists(path=str(root))
    if not name.isprintable() or any(mark in name for mark in '"\\'):
        raise NotAName(name=name)
    if database and (why := doubt(database)):
        raise NoDatabase(why=why)
    (root / "keys").mkdir(parents=True, exist_ok=True)
    (root / "mail").mkdir(exist_ok=True)
    signer = generate(root / "keys" / "ledger.key", origin)
    try:
        create(database or root / FILE, signer).close()
    except RegistryError:
        (root / "keys" / "ledger.key").unlink()  # no log was begun with it, and the next attempt makes its own
        raise
    settings = SETTINGS_TEXT.format(name=name, entity=served_entity)
    for file, text in (
        ("accounts.csv", ACCOUNTS_TEXT),
        (ESTATE, ESTATE_TEXT.format(name=name)),
        (SETTINGS, with_database(settings, database) if database else settings),
    ):
        if not (root / file).exists():
            (root / file).write_text(text, encoding="utf-8")
    os.sync()
    return Office(root)


def with_database(settings: str, database: str) -> str:
    """The text of office.toml with the address of its database put in."""
    line = f'[office]\ndatabase = "{database}"'
    return re.sub(r"^\[\s*office\s*\]", lambda _: line, settings, count=1, flags=re.MULTILINE)
