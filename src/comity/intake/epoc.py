"""A European Production or Preservation Order Certificate (XML, forms 1 and 2) → a proposal; a person confirms it.

The schemas of the decentralised IT system were not found. What is known of them are name spaces and the elements named
here, as another program uses them; the codes that stand in some of them are not known. So nothing is read more surely
than *likely*, a code is read by the plain words in it or left to a person, and every text of the message that no rule
here knows is shown with its element's name. What a certificate must say and does not is a named fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from comity.errors import Faulty
from comity.intake.elements import MOST_CHARACTERS, Element, Message, elements
from comity.intake.epoc_form import (
    CATEGORIES,
    FORM,
    FORMS,
    OTHERS,
    SPACE,
    Layout,
    Request,
    authority,
    eight_hours,
    request,
)
from comity.intake.faults import fault
from comity.intake.keys import Unfit, day, moment
from comity.intake.known import Known
from comity.intake.passages import Field, Missing, Proposal, Said, fold
from comity.intake.warrant import GAPS

MOST_UNREAD: Final = 200
UNSEEN: Final = "the schema itself was not found"
NEEDED: Final = ("place", "court", "accounts", "categories", "since", "until", "id", "served", "channel")
MUST: Final = {
    "served_entity": "Section B: the addressee, who is the designated establishment or the legal representative",
    "reference": "Section A: the file number of the issuing authority",
    "issuer": "the type of the issuing authority: judge, prosecutor, or another whose order must be validated",
    "issued": "the day on which the issuing authority signed",
    "accounts": "the identifiers of whose data are asked for",
    "categories": "which data are asked for: subscriber, identification only, traffic, content",
}
"""What every certificate must say, in words."""
DEADLINE: Final = "Section C: the deadline; 8 hours in an emergency, else 10 days"


class NotAnOrder(Faulty):
    """`{path}` is no European order to be taken in: {why}"""

    help = "do what stands with the fault; the message is kept as it came"
    exit_code = 4


def is_epoc(text: str) -> bool:
    """Whether a text is a message of the decentralised IT system with one of its forms."""
    return text[:4096].lstrip("\ufeff \t\r\n").startswith("<") and SPACE in text and bool(FORM.search(text))


def propose_epoc(text: str, known: Known, title: str, digest: str) -> Proposal:
    """What a certificate orders; raises `NotAnOrder`, or `Unopened` if it cannot be taken to pieces."""
    root, form = _opened(text, title)
    made = _Certificate(Message(text, known), root, form, FORMS[form.name])
    made.read()
    missing = [*made.missing, *(Missing("rest", words) for words in made.layout.unread)]
    return Proposal(title, digest, tuple(made.message.fields), tuple(missing))


def _opened(text: str, title: str) -> tuple[Element, Element]:
    def refuse(name: str, why: str) -> NotAnOrder:
        return NotAnOrder((fault(name, title, why),), path=title, why=why)

    if len(text) > MOST_CHARACTERS:
        raise refuse("too-large", f"it has more than {MOST_CHARACTERS:,} characters")
    root = elements(text, title)
    held = [part for form in root.all("form") for part in form.parts]
    if len(held) != 1 or held[0].name not in FORMS | OTHERS:
        raise refuse("not-an-order", "its envelope does not hold one form that is known")
    if held[0].name in OTHERS:
        raise refuse("not-an-order", f"it is {OTHERS[held[0].name]}")
    if not any(part.space.startswith(SPACE) for part in held[0].every()):
        raise refuse("not-an-order", "its elements are of another name space")
    return root, held[0]


@dataclass
class _Certificate:
    """A certificate being read."""

    message: Message
    root: Element
    form: Element
    layout: Layout
    missing: list[Missing] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def read(self) -> None:
        """Section by section; then what nothing here knows."""
        self.titled()
        self.addressee()
        self.deadline()
        self.evidence()
        self.secrecy()
        self.authorities()
        found = {one.name for one in self.message.fields}
        owed = {gap.name for gap in self.missing}
        lacks = [name for name in MUST if name not in found | owed]
        self.missing += [Missing(name, MUST[name], "certificate-incomplete") for name in lacks]
        owed = owed.union(lacks)
        self.missing += [Missing(name, GAPS[name]) for name in NEEDED if name not in found | owed]
        self.rest()

    def say(self, name: str, value: str, one: Element, said: Said) -> None:
        """Propose a value; its element counts as read."""
        self.used.add(id(one))
        sure, why = said
        self.message.say(name, value, one, (sure, f"{why}; {UNSEEN}" if sure == "likely" else why))

    def ticked(self, path: str) -> Element | None:
        """A tick that is set."""
        found = self.form.said(path)
        self.used |= {id(one) for one in found if one.text.casefold() in ("true", "1", "false", "0")}
        return next((one for one in found if one.text.casefold() in ("true", "1")), None)

    def unclear(self, name: str, needs: str) -> None:
        """What stands there cannot be taken over: a person says what it means."""
        self.missing.append(Missing(name, needs, "certificate-unclear"))

    def titled(self) -> None:
        """Which of the two it is, and the numbers on its envelope."""
        found = FORM.search(self.message.text)
        here = self.layout.code in self.message.known.instruments
        said: Said = ("certain", "the form that the message holds")
        if not here:
            said = "doubtful", f"no law pack declares the instrument `{self.layout.code}`"
        if found:
            span = found.start(1), found.end(1)
            self.message.fields.append(Field("instrument", self.layout.code, found[1], *span, 1, *said))
        for name in ("globalCaseId", "formId", "parentFormId"):
            for one in self.root.said(name):
                self.say(name, one.text, one, ("likely", "the number of the case or form in the IT system"))

    def addressee(self) -> None:
        """Section B: whom it is addressed to, and whether that is another establishment, because of an emergency."""
        names = {fold(name): id for id, name in self.message.known.entities.items()}
        for one in self.form.said("SectionB/Addressee/Authority/NameOfAuthority"):
            entity = names.get(fold(one.text))
            if entity:
                self.say("served_entity", entity, one, ("likely", "Section B names it as the addressee"))
                self.designated(one, "Section B addresses it: is it whom the provider designated?")
            else:
                self.unclear("served_entity", f"`{one.text}` is no entity of the estate")
            self.say("addressee", one.text, one, ("likely" if entity else "doubtful", "Section B"))
        for one in self.form.all("/ServiceProviderConcerned/TechnicalIdentifier"):
            for part in (*one.said("Country"), *one.said("NationalId")):
                why = "Section B: the service provider concerned"
                self.say(f"provider_{part.name}", part.text, part, ("likely", why))
        if (tick := self.ticked("SectionB/EmergencyCase")) is not None:
            why = "Section B: in an emergency it goes to this addressee because the one designated did not react"
            contradicted = eight_hours([one.text for one in self.deadlines()]) is False
            self.say("emergency", "true", tick, ("doubtful" if contradicted else "likely", why))
            self.designated(tick, "Section B: an emergency; may it go to this addressee?")

    def designated(self, one: Element, why: str) -> None:
        """Only the provider knows whom it designated for such orders."""
        if "served.eu_addressee" in self.message.known.vocabulary.terms and not self.has("served.eu_addressee"):
            self.say("served.eu_addressee", "true", one, ("doubtful", why))

    def deadline(self) -> None:
        """Section C of form 1: eight hours, or ten days; what its code does not say, a person says."""
        if self.layout.code != "eu-epoc" or self.has("emergency"):
            return
        codes = self.deadlines()
        if not codes:
            self.missing.append(Missing("emergency", DEADLINE, "certificate-incomplete"))
            return
        self.used |= {id(one) for one in codes}
        said = [f"{one.name} {one.text}" if one.name != "Value" else one.text for one in codes]
        short = eight_hours(said)
        if short is None:
            told = " and ".join(f"`{one.text}`" for one in codes)
            why = f"Section C has {told}, which is not known here: 8 hours or 10 days?"
            self.say("emergency", "true", codes[0], ("doubtful", why))
            return
        why = "Section C sets 8 hours" if short else "Section C sets 10 days"
        self.say("emergency", str(short).lower(), codes[0], ("likely", why))

    def deadlines(self) -> list[Element]:
        """The elements of Section C that set a time; a tick that is not set sets none."""
        held = [part for one in self.form.all("/DataProductionInRelationToDeadline") for part in one.every()]
        codes = [one for one in held if one.text and one.name in ("Value", "WithinTenDays")]
        return [one for one in codes if one.text.casefold() not in ("false", "0")]

    def evidence(self) -> None:
        """Sections E and F, or C and D: identifiers with what is asked of each. Requests that differ are not mixed."""
        asked = [request(one) for one in self.form.all(f"{self.layout.evidence}/Evidence")]
        alike = len({one.what for one in asked}) < 2
        for one in asked:
            for value in one.values:
                self.used.add(id(value))
                if value.text.lower() in {f.value for f in self.message.fields if f.name == "accounts"}:
                    continue
                self.message.account(value, ("likely", f", Section E; {UNSEEN}") if alike else ("doubtful", ""))
            self.categories(one, alike)
            self.range(one, len({other.range for other in asked}) < 2)
            self.beside(one)
            if not one.values or not one.kinds:
                lacks = "no identifier" if not one.values else "no kind of data"
                name = "accounts" if not one.values else "categories"
                self.missing.append(Missing(name, f"one of its requests has {lacks}", "certificate-incomplete"))
        if not alike:
            # Their accounts and their data must not be mixed: one demand would ask for more than any of them.
            needs = f"it holds {len(asked)} requests that differ; choose those of one, and make a demand of each"
            self.missing += [Missing(name, needs, "certificate-mixed") for name in ("accounts", "categories")]

    def categories(self, one: Request, alike: bool) -> None:
        """The kinds of data that one request asks for."""
        only = {kind.name for kind in one.kinds} & set(CATEGORIES) <= {"UserIdentification", "Subscriber"}
        for kind in one.kinds:
            said: Said = (
                ("likely", f"Section F, by the element `{kind.name}`") if alike else ("doubtful", "one of several")
            )
            if CATEGORIES[kind.name] not in {f.value for f in self.message.fields if f.name == "categories"}:
                self.said_by_name("categories", CATEGORIES[kind.name], kind, said)
            if kind.name == "UserIdentification" and not self.has("demand.identification_only"):
                why = "Section F (b): data asked for solely to identify the user"
                sure: Said = ("likely", why) if only and alike else ("doubtful", f"{why}, and traffic data besides")
                self.said_by_name("demand.identification_only", "true", kind, sure)
            for option in (*kind.said("/Option"), *kind.said("/Selection")):
                why = "narrower than the category: hand over no more than this"
                self.say("option", option.text, option, ("doubtful", why))

    def has(self, name: str) -> bool:
        """Whether a field was proposed before."""
        return any(one.name == name for one in self.message.fields)

    def said_by_name(self, name: str, value: str, one: Element, said: Said) -> None:
        """Propose a value that an element says by its name: the name is the passage."""
        near = max(one.start, 0) or next((part.start for part in one.every() if part.start >= 0), 0)
        at = self.message.text.rfind(one.name, 0, near) if near else self.message.text.find(f"{one.name}")
        span = (at, at + len(one.name)) if at >= 0 else (0, 0)
        sure, why = said
        why = f"{why}; {UNSEEN}" if sure == "likely" else why
        self.message.fields.append(Field(name, value, self.message.text[span[0] : span[1]], *span, 1, sure, why))

    def range(self, one: Request, alike: bool) -> None:
        """The time range of one request, as half-open instants; a bad one is told and never mended."""
        read = dict[str, datetime]()
        for name, node in (("since", one.start), ("until", one.end)):
            if node is None:
                continue
            try:
                read[name] = moment(node.text)
            except Unfit as unfit:
                self.used.add(id(node))
                self.unclear(name, f"`{node.text}`: {unfit.args[1]}")
                continue
            why = "the first instant" if name == "since" else "the end named, read as the first that no longer counts"
            written = read[name].astimezone(UTC).isoformat().replace("+00:00", "Z")
            self.used.add(id(node))
            if (name, written) not in {(f.name, f.value) for f in self.message.fields}:
                self.say(name, written, node, ("likely" if alike else "doubtful", why))
        if len(read) == 2 and read["until"] <= read["since"]:
            self.unclear("until", "its time range ends before it begins")

    def beside(self, one: Request) -> None:
        """What one request says in words of its own, and the number and type of its identifier."""
        for node in one.words:
            self.say("limit", node.text, node, ("doubtful", "it may specify or limit what is asked for: read it"))
        for node in one.marks:
            self.say(f"identifier_{node.name.casefold()}", node.text, node, ("likely", "of the identifier"))

    def secrecy(self) -> None:
        """Sections H and K of form 1: whether informing the user is delayed, and whom the authority notified."""
        for held in self.form.all("SectionH/DelayConditions"):
            if not held.parts and not held.text:
                continue
            first = next((one for one in held.every() if one.text), held)
            why = "Section H: the issuing authority delays informing the user (Art. 13(2))"
            self.say("secrecy", "ordered", first, ("likely", why))
            if "demand.gag" in self.message.known.vocabulary.terms:
                self.say("demand.gag", "true", first, ("doubtful", f"{why}; the addressee tells nobody meanwhile"))
            self.used |= {id(one) for one in held.every()}
        for held in self.form.all("SectionK/EnforcingAuthority")[:1]:
            first = next((one for one in held.every() if one.text), held)
            self.say("demand.notified", "true", first, ("likely", "Section K names the enforcing authority notified"))

    def authorities(self) -> None:
        """Who issued it, who validated it, and when each signed."""
        issuing, validating = self.layout.issuing, self.layout.validating
        for one in self.form.said(f"{issuing}/Type")[:1]:
            kind = authority(one.text)
            why = f"Section {issuing[-1]} has `{one.text}`"
            if kind:
                self.say("issuer", kind, one, ("likely", why))
            else:
                self.say("authority_type", one.text, one, ("doubtful", "a code that is not known here"))
                self.missing.append(
                    Missing("issuer", f"{why}, a code that is not known here: who is it?", "certificate-unclear")
                )
        for block in self.form.all("/IssuingAndContactAuthority/IssuingAuthority")[:1]:
            for one in block.said("/FileReference")[:1]:
                self.say("reference", one.text, one, ("likely", "the file number of the issuing authority"))
            for one in block.said("/NameOfAuthority")[:1]:
                self.named(one)
        for one in self.form.said("/ToWhomTransferTheData/AuthorityCompetences"):
            self.say("transfer_to", one.text, one, ("likely", "Section L: to whom the data go"))
        self.validated(validating)
        self.signed("issued", f"{issuing}/SignatureOfAuthority/Date")
        self.signed("validated_on", f"{validating}/Signature/Date")

    def named(self, one: Element) -> None:
        """The issuing authority; a court that is known by that very name is proposed as such."""
        self.say("issuing_authority", one.text, one, ("likely", "its name"))
        court = next((id for id, name in self.message.known.courts.items() if fold(name) == fold(one.text)), "")
        if court:
            self.say("court", court, one, ("likely", "the court of that name"))

    def validated(self, section: str) -> None:
        """Who validated the order; nobody, where it says that an emergency left no time for that."""
        tick = self.ticked(f"{self.layout.issuing}/CaseWithoutValidation")
        types = self.form.said(f"{section}/Type")[:1]
        for one in types:
            kind = authority(one.text)
            said: Said = ("likely" if kind else "doubtful", f"Section {section[-1]} has `{one.text}`")
            self.say("demand.validated_by", kind or "nobody", one, said)
        for one in self.form.said(f"{section}/Details/NameOfAuthority")[:1]:
            self.say("validating_authority", one.text, one, ("likely", "its name"))
        if tick is not None:
            why = f"Section {self.layout.issuing[-1]}: issued in an emergency without prior validation (Art. 4(5))"
            if not types:
                self.say("demand.validated_by", "nobody", tick, ("likely", why))
            if not self.has("emergency"):
                self.say("emergency", "true", tick, ("likely", why))

    def signed(self, name: str, path: str) -> None:
        """The day of a signature; a zone behind the day is left out, for a day is a day where it was signed."""
        for one in self.form.said(path)[:1]:
            try:
                value = day(one.text[:10])
            except Unfit:
                self.used.add(id(one))
                self.unclear(name, f"`{one.text}` is no day")
                continue
            self.say(name, value.isoformat(), one, ("likely", "the day of the signature"))

    def rest(self) -> None:
        """Every text that nothing above knows, by its element."""
        unread = [one for one in self.root.every() if one.text and id(one) not in self.used]
        for one in unread[:MOST_UNREAD]:
            why = "the message says this; what it means is not known here"
            self.message.say(f"unread {_path(one, self.form)}", one.text, one, ("doubtful", why))
        if len(unread) > MOST_UNREAD:
            self.missing.append(
                Missing("rest", f"{len(unread) - MOST_UNREAD} further texts were not read: read the message")
            )


def _path(one: Element, form: Element) -> str:
    """The names from the form down to an element."""
    names, here = [one.name], one.above
    while here is not None and here is not form:
        names.append(here.name)
        here = here.above
    return "/".join(reversed(names))
