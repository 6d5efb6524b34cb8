"""European orders as they come in: messages of the decentralised IT system, and the same as a printed form.

Written for this project, with the elements that intake knows and no others that would have to be guessed at.
Authorities, numbers and codes are invented; what a code is called in the real schema, nobody here has read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

NAMES: Final = 'xmlns:{form}="{space}" xmlns:epoc="http://data.europa.eu/edm/1/ns/epoc" xmlns:eio="http://data.europa.eu/edm/1/ns/eio"'
FORM1: Final = "http://data.europa.eu/edm/1/ns/forms/EPOC-FORM_1#"
FORM2: Final = "http://data.europa.eu/edm/1/ns/forms/EPOC-PR-FORM-2#"


@dataclass(frozen=True)
class Asked:
    """One identifier with what is asked of it."""

    account: str
    kinds: tuple[str, ...] = ("Content",)
    since: str = "2026-01-01T00:00:00Z"
    until: str = "2026-02-01T00:00:00Z"
    options: tuple[str, ...] = ()
    words: str = ""

    def xml(self, number: int) -> str:
        """As an element of evidence."""
        options = "".join(f"<epoc:Option>{escape(one)}</epoc:Option>" for one in self.options)
        kinds = "".join(f"<epoc:{kind}>{options}</epoc:{kind}>" for kind in self.kinds)
        times = (("Start", self.since), ("End", self.until))
        spans = "".join(f"<epoc:{tag}>{escape(at)}</epoc:{tag}>" for tag, at in times if at)
        held = f"<epoc:Value>{escape(self.account)}</epoc:Value>" if self.account else ""
        words = f"<epoc:OtherInformation>{escape(self.words)}</epoc:OtherInformation>" if self.words else ""
        ranged = f"<epoc:DateTimeRange>{spans}</epoc:DateTimeRange>" if spans else ""
        return (
            f"<epoc:Evidence><epoc:Identifier><epoc:Id>{number}</epoc:Id><epoc:Type>EMAIL</epoc:Type>{held}"
            f"{ranged}</epoc:Identifier><epoc:DataCategories>{kinds}{words}</epoc:DataCategories></epoc:Evidence>\n"
        )


@dataclass(frozen=True)
class Order:
    """A certificate: of production (form 1) or of preservation (form 2)."""

    asked: tuple[Asked, ...]
    addressee: str = "Lough Mail Ireland Ltd"
    preserves: bool = False
    deadline: str = "WITHIN_TEN_DAYS"
    other_addressee: bool = False
    issuer: str = "JUDGE_COURT_OR_INVESTIGATING_JUDGE"
    authority: str = "Amtsgericht Linde"
    reference: str = "12 Gs 345/26"
    signed: str = "2026-09-01+02:00"
    validator: str = ""
    unvalidated: bool = False
    notified: bool = True
    delays: bool = False
    more: str = ""

    @property
    def xml(self) -> str:
        """The message."""
        form, space, name = ("f2", FORM2, "epocPrForm2") if self.preserves else ("f1", FORM1, "epocForm1")
        names = NAMES.format(form=form, space=space)
        inner = (self._preserving if self.preserves else self._producing)(form)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<message>\n<globalCaseId>DE-2026-77</globalCaseId>'
            f"<formId>{name}-1</formId>\n<form><{form}:{name} {names}>\n{inner}{self.more}"
            f"</{form}:{name}></form>\n</message>\n"
        )

    def _producing(self, form: str) -> str:
        deadline = f"<{form}:Value>{escape(self.deadline)}</{form}:Value>" if self.deadline else ""
        tag, kept = f"{form}:DataProductionInRelationToDeadline", "<f1:Reason>x</f1:Reason>" if self.delays else ""
        return (
            self._addressed(form)
            + (f"<{form}:SectionC><{tag}>{deadline}</{tag}></{form}:SectionC>\n" if deadline else "")
            + self._evidence(f"{form}:SectionEToF")
            + f"<{form}:SectionH><{form}:DelayConditions>{kept}</{form}:DelayConditions></{form}:SectionH>\n"
            + self._signed(f"{form}:SectionI", f"{form}:SectionJ")
            + (f"<{form}:SectionK><{form}:EnforcingAuthority><eio:NameOfAuthority>High Court</eio:NameOfAuthority>"
               f"</{form}:EnforcingAuthority></{form}:SectionK>\n" if self.notified else "")
        )  # fmt: skip

    def _preserving(self, form: str) -> str:
        return (
            self._addressed(form)
            + self._evidence(f"{form}:SectionC")
            + self._signed(f"{form}:SectionF", f"{form}:SectionG")
        )

    def _addressed(self, form: str) -> str:
        name = f"<eio:NameOfAuthority>{escape(self.addressee)}</eio:NameOfAuthority>" if self.addressee else ""
        tick = "<epoc:EmergencyCase>true</epoc:EmergencyCase>" if self.other_addressee else ""
        held = f"<epoc:Addressee><epoc:Authority>{name}</epoc:Authority></epoc:Addressee>"
        return f"<{form}:SectionB>{held}{tick}</{form}:SectionB>\n"

    def _evidence(self, section: str) -> str:
        every = "".join(one.xml(number) for number, one in enumerate(self.asked, 1))
        return f"<{section}>{every}</{section}>\n"

    def _signed(self, issuing: str, validating: str) -> str:
        kind = f"<epoc:Type>{escape(self.issuer)}</epoc:Type>" if self.issuer else ""
        file = f"<eio:FileReference>{escape(self.reference)}</eio:FileReference>" if self.reference else ""
        name = f"<eio:NameOfAuthority>{escape(self.authority)}</eio:NameOfAuthority>"
        tick = "<epoc:CaseWithoutValidation>true</epoc:CaseWithoutValidation>" if self.unvalidated else ""
        day = f"<epoc:Date>{escape(self.signed)}</epoc:Date>" if self.signed else ""
        made = (
            f"<{issuing}>{kind}<epoc:IssuingAndContactAuthority><epoc:IssuingAuthority>{name}{file}"
            f"</epoc:IssuingAuthority></epoc:IssuingAndContactAuthority>{tick}"
            f"<epoc:SignatureOfAuthority>{day}</epoc:SignatureOfAuthority></{issuing}>\n"
        )
        if not self.validator:
            return made
        kind = f"<epoc:Type>{escape(self.validator)}</epoc:Type>"
        details = "<epoc:Details><eio:NameOfAuthority>Landgericht Linde</eio:NameOfAuthority></epoc:Details>"
        return f"{made}<{validating}>{kind}{details}<epoc:Signature>{day}</epoc:Signature></{validating}>\n"

    @property
    def printed(self) -> str:
        """The same as a form on paper: its text names every option, and shows no tick."""
        kind = "PRESERVATION" if self.preserves else "PRODUCTION"
        title = f"EUROPEAN {kind} ORDER CERTIFICATE (EPOC{'-PR' if self.preserves else ''})"
        found = "".join(f"{one.account}\n" for one in self.asked)
        range_ = self.asked[0]
        identified, data = ("C", "D") if self.preserves else ("E", "F")
        return (
            f"{title}\n\nSECTION A: Issuing/validating authority\n{self.authority}\nFile number: {self.reference}\n"
            f"\nSECTION B: Addressee\n{self.addressee}\nContact: desk@linde.example\n"
            f"\nSECTION {identified}: Information to support identification\n{found}"
            f"Time range: {range_.since} to {range_.until}\n"
            f"\nSECTION {data}: Electronic evidence\n(a) subscriber data\n(b) data to identify the user only\n"
            f"(c) traffic data\n(d) content data\n"
        )
