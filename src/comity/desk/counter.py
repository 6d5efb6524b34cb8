"""The counter of the portal: what somebody of an authority may do, all of it: register, file, ask after, answer, fetch.

It runs in the portal's process and works on the two trays alone. What another filed is not there for whoever asks; that
they asked is laid into the tray, for the desk to know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from comity.desk.agencies import is_domain
from comity.desk.preflight import Outline
from comity.desk.trays import inward, new_name, outward
from comity.errors import ComityError, Faulty
from comity.kernel.demand import Demand
from comity.kernel.words import Fault

MOST_PAPERS: Final = 8
PAPER_LIMIT: Final = 20 * 2**20
WORDS_LIMIT: Final = 4000
"""Characters of a question, an answer or a narrative."""
_KEY: Final = re.compile(r"age1[02-9ac-hj-np-z]{58}")


class NotThere(ComityError):
    """there is no demand `{id}` of yours"""

    help = "see the list of your demands"
    exit_code = 2


class NotRegistered(ComityError):
    """your registration {why}"""

    help = "two people of the office look at each registration; ask them by telephone if it takes long"
    exit_code = 5


class NoProduction(ComityError):
    """there is nothing to collect here: {why}"""

    help = "ask the office, on the page of the demand"
    exit_code = 2


class TooLarge(ComityError):
    """{what} is too large"""

    help = "at most 8 papers of 20 MiB each, none of them empty, and 4,000 characters of words; send the rest otherwise"
    exit_code = 4


@dataclass(frozen=True)
class Applicant:
    """Somebody who says that they work for an agency."""

    name: str
    mail: str
    agency: str
    telephone: str = ""


@dataclass(frozen=True)
class Member:
    """Somebody registered: what they said, and what the office made of it (`waiting`, `approved`, `declined`).

    Where a program of theirs acts, `program` names the token that it holds.
    """

    id: str
    applicant: Applicant
    state: str
    why: str = ""
    program: str = ""


@dataclass(frozen=True)
class Production:
    """A sealed production that waits for one person until a moment."""

    name: str
    until: datetime
    file: Path
    title: str

    def over(self, at: datetime) -> bool:
        """Whether it has expired."""
        return at >= self.until


@dataclass(frozen=True)
class Line:
    """Something said about a filing: by the office, or by the authority."""

    at: datetime
    says: str
    ours: bool


@dataclass(frozen=True)
class Filed:
    """A demand as its authority sees it: what was filed, how it stands, what was said, what can be collected."""

    id: str
    at: datetime
    tables: Mapping[str, Any]
    narrative: str
    state: str
    why: str
    lines: tuple[Line, ...]
    productions: tuple[Production, ...]
    key: str


@dataclass
class Counter:
    """The portal's side of the trays."""

    root: Path
    outline: Outline
    whose: dict[str, set[str]] = field(default_factory=dict)
    """What each person filed, as far as it was looked through; `known` is all of that, `listed` what lay there then."""
    known: set[str] = field(default_factory=set)
    listed: tuple[str, ...] = ()

    @classmethod
    def at(cls, root: Path) -> Counter:
        """The counter of an office's folder."""
        return cls(root, Outline.of(root))

    def agencies(self) -> dict[str, dict[str, Any]]:
        """The agencies whose people may register, as the desk laid them out."""
        sheet = outward(self.root).sheet("office", "agencies") or {}
        return {one["id"]: one for one in sheet.get("agencies", ())}

    def applicant(self, said: Mapping[str, str]) -> Applicant:
        """Somebody who applies, or every fault in what they say of themselves."""
        made = Applicant(*(_line(said.get(key, "")) for key in ("name", "mail", "agency", "telephone")))
        faults = tuple(_unfit(made, self.agencies()))
        if faults:
            raise Faulty(faults, path="registration")
        return made

    def register(self, id: str, applicant: Applicant, at: datetime) -> None:
        """Lay an application there; its passkey is kept by whoever calls."""
        said = {"name": applicant.name, "mail": applicant.mail, "agency": applicant.agency}
        sheet = {"at": at.isoformat(), **said, "telephone": applicant.telephone}
        inward(self.root).lay("people", id, sheet)

    def member(self, id: str) -> Member | None:
        """Somebody who registered."""
        said, now = inward(self.root).sheet("people", id), outward(self.root).sheet("people", id) or {}
        if said is None:
            return None
        applicant = Applicant(said["name"], said["mail"], said["agency"], said.get("telephone", ""))
        return Member(id, applicant, now.get("state", "waiting"), now.get("why", ""))

    def admitted(self, id: str) -> Member:
        """Somebody whose registration two people approved, of an agency that is still in the directory."""
        found = self.member(id)
        if found is None or found.state == "waiting":
            raise NotRegistered(why="was not approved yet")
        if found.state != "approved":
            raise NotRegistered(why="was declined" + (f": {found.why}" if found.why else ""))
        if found.applicant.agency not in self.agencies():
            raise NotRegistered(why="names an agency that is not in the directory any more")
        return found

    def place(self, member: Member) -> str:
        """The country whose authority somebody is."""
        return str(self.agencies()[member.applicant.agency]["place"])

    def tables(self, member: Member, typed: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        """A demand as it was typed, with what the portal itself knows of it: when, by what way, on whom."""
        own = {
            "id": "filed", "place": self.place(member), "served_entity": self.outline.settings.served_entity,
            "served": at.isoformat(), "channel": "portal",
        }  # fmt: skip
        return {**typed, "demand": {**typed.get("demand", {}), **own}}

    def read(self, member: Member, typed: Mapping[str, Any], at: datetime) -> Demand:
        """The demand, or every fault in it."""
        demand, faults = self.outline.read(self.tables(member, typed, at), self.place(member), at)
        if demand is None:
            raise Faulty(tuple(faults), path="demand")
        return demand

    def file(self, member: Member, typed: Mapping[str, Any], said: tuple[str, Papers], at: datetime) -> str:
        """File a demand with its narrative and papers (`said`); papers are kept as they came, and opened by nobody."""
        narrative, papers = said
        demand, tray, id = self.read(member, typed, at), inward(self.root), new_name("f")
        if len(narrative) > WORDS_LIMIT or len(papers) > MOST_PAPERS:
            raise TooLarge(what="what you file")
        for name, raw in papers:
            if not 0 < len(raw) <= PAPER_LIMIT:
                raise TooLarge(what=f"`{_line(name)[:80]}`")
        kept = [{"name": _line(name)[:120] or "paper", "digest": tray.papers.put([raw])} for name, raw in papers]
        tables = self.tables(member, typed, at) | ({"paper": kept} if kept else {})
        sheet = {"at": at.isoformat(), "person": member.id, "agency": member.applicant.agency, "narrative": narrative}
        sheet |= {"program": member.program} if member.program else {}
        tray.lay("filings", id, {**sheet, "emergency": demand.emergency, "tables": tables})
        return id

    def mine(self, member: Member, at: datetime) -> list[Filed]:
        """What somebody filed, last first."""
        tray = inward(self.root)
        names = tray.names("filings")
        for name in names if names is not self.listed else ():
            if name not in self.known:
                person = str((tray.sheet("filings", name) or {}).get("person", ""))
                self.whose.setdefault(person, set()).add(name)
                self.known.add(name)
        self.listed = names
        found = [self._filed(name) for name in list(self.whose.get(member.id, ())) if tray.sheet("filings", name)]
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    def filed(self, member: Member, id: str, at: datetime) -> Filed:
        """One of somebody's own demands; that they asked for another's is told to the desk."""
        sheet = inward(self.root).sheet("filings", id)
        if sheet is None:
            raise NotThere(id=id[:64])
        if sheet["person"] != member.id:
            self._note("strangers", id, member, at)
            raise NotThere(id=id[:64])
        return self._filed(id)

    def answer(self, member: Member, id: str, says: str, at: datetime) -> None:
        """Say something to the office about a demand."""
        self.filed(member, id, at)
        words = _words(says)
        if not words or len(words) > WORDS_LIMIT:
            raise TooLarge(what="an answer of no words, or of too many,")
        self._note("answers", id, member, at, says=words)

    def state_key(self, member: Member, id: str, key: str, at: datetime) -> None:
        """State the age key to which a production shall be sealed."""
        self.filed(member, id, at)
        if not _KEY.fullmatch(key.strip()):
            what, remedy = "this is no public key of age", "make one with age-keygen; it begins with age1"
            raise Faulty((Fault("not-a-key", "key", what, remedy),), path="key")
        self._note("keys", id, member, at, key=key.strip())

    def fetch(self, member: Member, id: str, name: str, at: datetime) -> Production:
        """A production for whom it waits; that it is fetched is noted before the first octet leaves."""
        productions = {one.name: one for one in self.filed(member, id, at).productions}
        if name not in productions:
            raise NoProduction(why="it was never laid out for you")
        found = productions[name]
        if found.over(at) or not found.file.is_file():
            raise NoProduction(why=f"it expired on {found.until:%Y-%m-%d %H:%M} UTC")
        self._note("fetched", id, member, at, production=name)
        return found

    def _note(self, kind: str, id: str, member: Member, at: datetime, **more: str) -> None:
        sheet = {"filing": id, "person": member.id, "at": at.isoformat(), **more}
        sheet |= {"program": member.program} if member.program else {}
        inward(self.root).lay(kind, f"{id}-{new_name('n')}", sheet)

    def _filed(self, id: str) -> Filed:
        said, now = inward(self.root).sheet("filings", id) or {}, outward(self.root).sheet("filings", id) or {}
        lines = [Line(_moment(one["at"]), one["says"], True) for one in now.get("asked", ())]
        lines += [Line(_moment(one["at"]), one["says"], False) for one in self._of("answers", id)]
        keys = [(one["at"], one["key"]) for one in self._of("keys", id)]
        return Filed(
            id, _moment(said["at"]), said["tables"], said.get("narrative", ""), now.get("state", "filed"),
            now.get("why", ""), tuple(sorted(lines, key=lambda one: one.at)), tuple(self._productions(now)),
            max(keys)[1] if keys else "",
        )  # fmt: skip

    def _of(self, kind: str, id: str) -> Iterator[dict[str, Any]]:
        tray = inward(self.root)
        yield from (sheet for name in tray.under(kind, id) if (sheet := tray.sheet(kind, name)))

    def _productions(self, now: Mapping[str, Any]) -> Iterator[Production]:
        for one in now.get("productions", ()):
            file = outward(self.root).folder / "productions" / f"{one['name']}.zip"
            yield Production(one["name"], _moment(one["until"]), file, one["title"])


Papers = list[tuple[str, bytes]]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _line(text: str) -> str:
    """One line of what was typed, without what could forge another."""
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Cf", "Zl", "Zp") else char for char in text)
    return " ".join(plain.split())


def _words(text: str) -> str:
    return "\n".join(map(_line, text.strip().splitlines()))


def _unfit(made: Applicant, agencies: Iterable[str]) -> Iterator[Fault]:
    if not 2 <= len(made.name) <= 120:
        yield Fault("no-name", "name", "your name is missing, or too long", "write it as on your identity card")
    local, _, domain = made.mail.partition("@")
    if not re.fullmatch(r"[A-Za-z0-9._%+'-]{1,64}", local) or not is_domain(domain.lower()):
        yield Fault("not-a-mail-address", "mail", f"`{made.mail[:80]}` is no mail address", "give your address at work")
    if made.agency not in agencies:
        yield Fault("unknown-agency", "agency", "no agency was chosen", "choose yours; if it is not there, write to us")
    if made.telephone and not re.fullmatch(r"\+?[0-9 ().-]{4,30}", made.telephone):
        yield Fault("not-a-telephone", "telephone", "this is no telephone number", "mend it, or leave it out")
