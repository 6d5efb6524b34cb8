"""Letters at the desk: made from what a matter is decided on, kept as drafts, edited, and finished as an act.

Whatever is said in one comes from the assessment; what cannot be said on it is refused here. A finished letter is kept
as the octets that left, and its digest stands in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from comity.desk import drafts
from comity.desk.about import NothingToSay as NothingToSay
from comity.desk.about import about, barred, notified, subjects
from comity.desk.decision import Assessment, Class, assess
from comity.desk.drafts import DraftOvertaken
from comity.desk.instruments import titled
from comity.desk.matter import deadlines, demand_of, load_seen, record, said
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.decision import Change, Verdict, turns_on
from comity.kernel.gate import Ruled
from comity.kernel.law import Answer, Question
from comity.kernel.matter import Event, Matter, gag, standing
from comity.kernel.predicate import ADDRESS
from comity.kernel.words import Value, digest
from comity.letters.drafts import model, own
from comity.letters.drafts.answer import clarification, missing, refusable, refusal
from comity.letters.drafts.contest import contest, grounds
from comity.letters.drafts.edit import Draft, Line, changed, lines, removed, saved, stood_on, unfilled
from comity.letters.drafts.memo import memo
from comity.letters.drafts.model import KINDS, File, Letter
from comity.letters.drafts.paper import html, pdf
from comity.letters.notice import NoticeForbidden
from comity.letters.typeset import can
from comity.registry.blobs import Blobs

Format = Literal["html", "pdf"]
SILENT: Final = frozenset({"letter", "collected", "reviewed", "approved", "refused", "released"})
"""Kinds of event of which no letter speaks: the office's own work."""
COUNSELS: Final = frozenset({"objection", "motion"})
"""Letters that counsel finishes: what is asked for in them is counsel's own."""


class NotALetter(ComityError):
    """`{kind}` is not a kind of letter"""

    help = "choose memo, objection, motion, refusal, clarification, notice or certificate"
    exit_code = 2


class NoParagraph(ComityError):
    """`{id}` has no paragraph {number}: it has {many}"""

    help = "`comity letter show` numbers them"
    exit_code = 2


class Unfinished(ComityError):
    """`{id}` still has {count} to be filled in: {fields}"""

    help = "fill each in, then finish the letter"
    exit_code = 5


class Stale(ComityError):
    """`{id}` was made before something changed: {what}"""

    help = "make the letter anew, or finish it although you have read what changed"
    exit_code = 5


class Finished(ComityError):
    """`{id}` is finished, and is not changed any more"""

    help = "make a new letter, and say in it what was wrong in this one"
    exit_code = 5


@dataclass(frozen=True)
class Kept:
    """A kept letter: the draft, the event that finished it, and what has changed since it was made."""

    draft: Draft
    sent: Event | None
    changed: tuple[str, ...]
    barred: ComityError | None = None
    """Why it may not be given now, whatever it says."""

    @property
    def told(self) -> str:
        """The digest of what has changed: who finishes the letter although it is stale names what they were shown."""
        return digest(list(self.changed)) if self.changed else ""


def file_of(office: Office, matter: Matter, at: datetime, to: str = "", turns: bool = False) -> File:
    """All that a letter of a matter can be made from, as it was known at a moment."""
    found, demand = assess(office, matter, at), demand_of(matter)
    held, packs, courts = office.holdings.estate, office.packs, office.packs.law.courts
    reasons = [reason for ruled in found.ruled for reason in ruled.decision.objections + ruled.decision.duties]
    silence = gag(matter, at)
    until = f", until {silence.until:%Y-%m-%d}" if silence and silence.until else ""
    return File(
        matter.id,
        demand,
        titled(office, demand.instrument),
        courts[demand.court].name if demand.court in courts else demand.court,
        courts[found.reading.court].name,
        held.entities[demand.served_entity].name,
        held.name,
        office.settings.contact,
        found.reading,
        tuple(_class(found, *pair, turns) for pair in zip(found.classes, found.ruled, strict=True)),
        packs.words.terms,
        packs.places,
        {str(p.instrument["id"]): _head(p.instrument) for p in packs.packs if p.instrument},
        deadlines(matter, reasons, demand.place, at),
        tuple((one, standing(matter, at, one).says) for one in sorted(demand.scope.categories)),
        f"{silence.says}{until} ({silence.source})" if silence else "",
        tuple(_stated(matter, at)),
        to,
        tuple(_told(event) for event in matter.events if event.kind not in SILENT and not event.get("letter")),
    )


def _head(instrument: Mapping[str, object]) -> tuple[str, bool]:
    return str(instrument["cite"]), str(instrument["reviewed"]).startswith(model.UNREAD)


def _told(event: Event) -> tuple[str, str]:
    return event.id, f"{event.happened:%Y-%m-%d}, {event.kind}: {event.says}"


def _stated(matter: Matter, at: datetime) -> Iterator[tuple[str, Value, str]]:
    """Every fact that somebody stated: on the demand's paper, or recorded later."""
    later = {event.get("term"): event for event in matter.of("fact") if event.known <= at}
    yield from (
        (term, value, "as confirmed of the demand") for term, value in demand_of(matter).facts if term not in later
    )
    for term, event in later.items():
        yield term, said(event.get("value")), f"recorded by {event.by} on {event.known:%Y-%m-%d}, {event.source}"


def _class(found: Assessment, one: Class, ruled: Ruled, turns: bool) -> model.Class:
    estate = tuple(f"{proof.says}: {_truth(proof.truth)}" for proof in one.derived)
    place = one.facts.get("record.store_place")
    return model.Class(
        one.name, one.category, place if isinstance(place, str) else "", one.accounts, ruled, estate,
        tuple(_turns(found, one, ruled)) if turns else (), tuple(_precedents(found, ruled)),
    )  # fmt: skip


def _truth(truth: bool | None) -> str:
    return "unknown" if truth is None else "yes" if truth else "no"


def _turns(found: Assessment, one: Class, ruled: Ruled) -> Iterator[tuple[Change, Verdict]]:
    """Single facts whose change flips the verdict; that another kind of demand fares otherwise goes without saying."""
    answers = {given.term: said(given.answer) for given in ruled.counsel}
    for change, verdict in turns_on({**one.facts, **answers}, found.reading, most=1):
        if not {term for term, _ in change} & set(ADDRESS[:3]):
            yield change, verdict


def _precedents(found: Assessment, ruled: Ruled) -> Iterator[tuple[Question, Answer, bool]]:
    """What courts said to the questions beside the objections, where one law demands what another forbids."""
    decision = ruled.answered or ruled.decision
    if decision.verdict in ("conflict", "open"):
        for asked in dict.fromkeys(id for ground in decision.objections for id in ground.rule.precedents):
            read = found.reading.questions[asked]
            yield from ((read.question, answer, True) for answer in read.binding)
            yield from ((read.question, answer, False) for answer in read.persuasive)


def written(file: File, kind: str) -> Letter:
    """The letter of a kind; refused if the proof gives it nothing to say."""
    match kind:
        case "memo":
            return memo(file)
        case "objection" | "motion":
            if not grounds(file, kind):
                authority = "no ground of the packs goes before an authority; look whether a motion can be made"
                court = "no ground of the packs goes before a court; look whether an objection can be made"
                raise NothingToSay(kind=kind, matter=file.matter, why=authority if kind == "objection" else court)
            return contest(file, kind)
        case "refusal":
            if not refusable(file):
                why = "no class of records is barred or free, so that a power reaches, or may reach, each"
                raise NothingToSay(kind=kind, matter=file.matter, why=why)
            return refusal(file)
        case "clarification":
            if not missing(file):
                why = "no fact that is open is one for the authority to tell"
                raise NothingToSay(kind=kind, matter=file.matter, why=why)
            return clarification(file)
        case "notice" if file.telling:
            return own.notice(file, file.telling)
        case "certificate" if file.certified:
            return own.certificate(file, file.certified)
        case "notice" | "certificate":
            raise NothingToSay(kind=kind, matter=file.matter, why="say what it is about")
    raise NotALetter(kind=kind)


@dataclass(frozen=True)
class Wish:
    """To whom a letter goes and what it is about; empty: who made the demand; the only account; the last production."""

    to: str = ""
    about: str = ""


def make(office: Office, name: str, kind: str, at: datetime, wish: Wish | str = "") -> Draft:
    """A letter made from a matter as it is known at a moment; nothing is kept. A text is to whom it goes."""
    if kind not in KINDS:
        raise NotALetter(kind=kind)
    asked = Wish(wish) if isinstance(wish, str) else wish
    matter = load_seen(office, name)[0].as_known(at)
    file = file_of(office, matter, at, asked.to.strip(), kind == "memo")
    made = written(about(office, matter, file, kind, asked.about), kind)
    return Draft("new", name, made, stood_on(file), "", at)


def begin(office: Office, draft: Draft, by: str) -> Draft:
    """Keep a letter that was made as a draft of somebody's."""
    office.may(by, "letter")
    return drafts.begin(office, _by(draft, by))


def _by(draft: Draft, by: str) -> Draft:
    return Draft(draft.id, draft.matter, draft.letter, draft.stood, by, draft.at)


def look(office: Office, name: str, id: str, at: datetime) -> Kept:
    """A kept letter, with what has changed since it was made."""
    whole, _ = load_seen(office, name)
    return _kept(office, whole, id, _now(office, whole.as_known(at), at), at)


def listed(office: Office, name: str, at: datetime) -> tuple[Kept, ...]:
    """Every kept letter of a matter, in the order in which they were made."""
    whole, _ = load_seen(office, name)
    now = _now(office, whole.as_known(at), at)
    return tuple(_kept(office, whole, draft.id, now, at) for draft in drafts.every(office, name))


def _now(office: Office, matter: Matter, at: datetime) -> File | str:
    """What a letter would be made from now, or why none can be."""
    try:
        return file_of(office, matter, at)
    except ComityError as error:
        return f"The matter cannot be decided any more: {error.message}."


def _kept(office: Office, whole: Matter, id: str, now: File | str, at: datetime) -> Kept:
    sent = next((event for event in whole.of("letter") if event.get("letter") == id), None)
    draft = drafts.newest(office, whole.id, id, int(sent.get("version")) if sent else None)
    letter, known = draft.letter, whole.as_known(at)
    bar = None if sent else barred(office, known, letter, at)
    if isinstance(now, str):
        return Kept(draft, sent, (now,), bar)
    try:
        anew = written(about(office, known, now, letter.kind, letter.about), letter.kind)
    except NothingToSay:
        anew = None
    return Kept(draft, sent, changed(draft, now, anew), bar)


def possible(office: Office, name: str, at: datetime) -> dict[str, str]:
    """Each kind of letter, and why it cannot be made now; empty if it can."""
    matter = load_seen(office, name)[0].as_known(at)
    file = file_of(office, matter, at)
    found: dict[str, str] = {}
    for kind in KINDS:
        try:
            written(about(office, matter, file, kind, next(iter(subjects(matter, kind)), "")), kind)
            found[kind] = ""
        except NothingToSay as error:
            found[kind] = str(error.fields["why"])
    return found


def read(office: Office, name: str, id: str, version: int | None = None) -> Draft:
    """A draft as somebody read it: that version, or as it was last saved."""
    load_seen(office, name)
    return drafts.newest(office, name, id, version)


def line_of(draft: Draft, number: int) -> Line:
    """A paragraph by its number, counted from one."""
    found = lines(draft)
    if not 1 <= number <= len(found):
        raise NoParagraph(id=draft.id, number=number, many=len(found))
    return found[number - 1]


Given = Mapping[str, tuple[str, tuple[str, ...]]]
"""Paragraphs as somebody left them: by key, the text and the citations taken out."""


def save(office: Office, draft: Draft, given: Given, by: str, at: datetime) -> Draft:
    """Save what somebody made of a draft that they had read; refused if another saved meanwhile, with both texts."""
    office.may(by, "letter")
    finished = load_seen(office, draft.matter)[0].of("letter")
    if any(event.get("letter") == draft.id for event in finished):
        raise Finished(id=draft.id)
    newer = drafts.newest(office, draft.matter, draft.id)
    if newer.version != draft.version:
        raise DraftOvertaken(newer)
    made = saved(draft, given, by, at)
    if made.edits == draft.edits:
        return draft
    drafts.keep(office, made)
    return made


def act_to_finish(kind: str) -> str:
    """The act that finishing a letter of a kind is: what is asked for in some is counsel's own."""
    return "contest" if kind in COUNSELS else "notify" if kind == "notice" else "letter"


def finish(office: Office, kept: Kept, by: str, at: datetime, told: str = "") -> Event:
    """Finish a letter: what was looked at is kept as it leaves, and that it did is recorded with its digest.

    `told` names the changes that whoever finishes it has read; without it a letter that is stale is not finished.
    """
    draft = kept.draft
    office.may(by, act_to_finish(draft.letter.kind))
    _, seen = load_seen(office, draft.matter)
    now = look(office, draft.matter, draft.id, at)
    if now.sent:
        raise Finished(id=draft.id)
    if now.draft.version != draft.version:
        raise DraftOvertaken(now.draft)
    if now.barred:
        raise now.barred
    if left := unfilled(draft):
        count = f"{len(left)} field{'s' if len(left) > 1 else ''}"
        raise Unfinished(id=draft.id, count=count, fields="; ".join(one.text for one in left))
    if now.told != told:
        raise Stale(id=draft.id, what=" ".join(now.changed) or "it says again what would be said now")
    events = [_finished(office, draft, by, at), *_besides(draft, by, at)]
    record(office, draft.matter, events, seen)
    return events[0]


def _finished(office: Office, draft: Draft, by: str, at: datetime) -> Event:
    blobs, out = Blobs(office.root / "blobs"), len(removed(draft))
    papers = {"html": html(draft, final=True).encode()} | ({"pdf": pdf(draft, final=True)} if can() else {})
    data = tuple((name, blobs.put([raw])) for name, raw in papers.items())
    gone = f"; {out} citation{'s' if out > 1 else ''} of what was made taken out" if out else ""
    to = dict(draft.letter.head).get("To", "")
    says = f"{KINDS[draft.letter.kind].lower()} finished, to {to}{gone}"
    more = (("letter", draft.id), ("version", str(draft.version)))
    return Event("", "letter", at, at, says, f"{draft.id}, version {draft.version}", by, data=(*more, *data))


def _besides(draft: Draft, by: str, at: datetime) -> Iterator[Event]:
    """What else is so once it is finished: some texts count time from a request; by a notice the user was told."""
    if draft.letter.kind == "clarification":
        source = f"{draft.id}, version {draft.version}"
        yield Event(
            "", "filing", at, at, "the authority was asked to clarify", source, by, data=(("letter", draft.id),)
        )
    if draft.letter.kind == "notice":
        yield notified(draft, by, at)


def paper(office: Office, kept: Kept, form: Format) -> bytes:
    """A letter as a paper: finished, the very octets that were recorded; before, the draft with all its marks.

    Of a notice no paper is made while telling is forbidden: whoever holds one could send it.
    """
    if kept.sent and kept.sent.get(form):
        return b"".join(Blobs(office.root / "blobs").read(kept.sent.get(form)))
    if isinstance(kept.barred, NoticeForbidden):
        raise kept.barred
    return drawn(kept.draft, form, kept.changed, final=bool(kept.sent))


def sketched(office: Office, draft: Draft, form: Format, at: datetime) -> bytes:
    """A letter that nobody keeps, as a paper."""
    bar = barred(office, load_seen(office, draft.matter)[0].as_known(at), draft.letter, at)
    return paper(office, Kept(draft, None, (), bar), form)


def drawn(draft: Draft, form: Format, changed: tuple[str, ...] = (), final: bool = False) -> bytes:
    """A draft as a page or a PDF."""
    if form == "html":
        return html(draft, final, changed).encode()
    made: bytes = pdf(draft, final, changed)
    return made
