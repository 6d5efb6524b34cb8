"""What kind of paper it is, and its parts: the body, what is to be searched (A), what is to be handed over (B)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from comity.intake.known import Known
from comity.intake.passages import Field, Paper, Span, Sure, soft, softly


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of paper: the instrument's code, who issues it (empty where that varies), and the titles it goes by.

    `hints` are words that such a paper holds somewhere: they make it a candidate where no title can be read. `asks` is
    False for a paper that demands no records itself and so is an event of another demand's matter.
    """

    code: str
    issuer: str
    titles: tuple[str, ...]
    hints: tuple[str, ...]
    asks: bool = True


WARRANT: Final = Form(
    "us-sca-warrant",
    "judge",
    ("search and seizure warrant", "search warrant", "warrant and order"),
    ("commanded to execute this warrant", "executing this warrant"),
)
D_ORDER: Final = Form(
    "us-sca-d-order",
    "judge",
    ("order pursuant to 18 usc 2703(d)", "order under 18 usc 2703(d)", "2703(d) order"),
    ("specific and articulable facts",),
)
SUBPOENA: Final = Form(
    "us-grand-jury-subpoena",
    "grand-jury",
    ("subpoena to testify before a grand jury", "grand jury subpoena", "subpoena duces tecum"),
    ("commanded to appear before the grand jury", "commanded to appear and testify before"),
)
NONDISCLOSURE: Final = Form(
    "nondisclosure-order",
    "judge",
    ("non-disclosure order", "nondisclosure order", "order pursuant to 18 usc 2705(b)", "order under 18 usc 2705(b)"),
    ("shall not disclose the existence", "commanded not to notify"),
    asks=False,
)
MLAT: Final = Form(
    "mlat-request",
    "central-authority",
    ("request for assistance", "request for mutual legal assistance", "letter of request"),
    ("mutual legal assistance in criminal matters", "requests the assistance of"),
)
PRESERVATION: Final = Form(
    "us-preservation-letter",
    "",
    ("request for preservation", "preservation request", "preservation letter", "request to preserve"),
    ("2703(f)",),
)
EMERGENCY: Final = Form(
    "us-emergency-request",
    "",
    ("emergency disclosure request", "emergency request"),
    ("danger of death or serious physical injury",),
)
FORMS: Final = (WARRANT, D_ORDER, SUBPOENA, NONDISCLOSURE, MLAT, PRESERVATION, EMERGENCY)
FROM_COURT: Final = (WARRANT, D_ORDER, SUBPOENA, NONDISCLOSURE)
LETTERS: Final = (MLAT, PRESERVATION, EMERGENCY)

_TITLE_REACH: Final = 2500
_HEADING = softly(r"\b(?:property|particular things|things|place|items|information) to be\b")
_POINTING = re.compile(r"(?:see|in|to|by|of|and|or|with|this)\s$", re.IGNORECASE)
_REVIEW: Final = ("information to be seized", "review by the government", "items to be seized")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper laid out for reading: its form (None if it cannot be told), its parts, and what the office knows.

    `soft` is its regular reading in lower case with what scanners confuse made alike, character for character.
    `search` and `things` are Attachments A and B or what serves as such; `handed` is the part of B that the provider
    must hand over, as against what officers then look for in it.
    """

    paper: Paper
    soft: str
    known: Known
    form: Form | None
    search: Span | None
    things: Span | None
    handed: Span | None

    @property
    def plain(self) -> str:
        """The paper's regular reading."""
        return self.paper.plain

    def attached(self, span: Span) -> bool:
        """Whether the span lies in an attachment."""
        parts = (part for part in (self.search, self.things) if part)
        return any(part[0] <= span[0] and span[1] <= part[1] for part in parts)

    def asked(self) -> Iterator[Span]:
        """Where a paper says what it asks for: what is handed over, all of B, A, then anywhere."""
        whole = (0, len(self.plain))
        yield from dict.fromkeys(part for part in (self.handed, self.things, self.search, whole) if part)


def lay_out(paper: Paper, known: Known) -> tuple[Sheet, list[Field]]:
    """The paper with its form and parts, and the fields that its form alone gives."""
    fields, form = _forms(paper, known)
    search, things = (_heading(paper, f"attachment {letter}") for letter in "ab")
    if search is None and things is None:
        search = things = _heading(paper, "attachment")
    end = len(paper.plain)
    ends = sorted({part[0] for part in (search, things) if part} | {end})
    search, things = (_until_next(part, ends) for part in (search, things))
    handed = things
    if things:
        review = [span[0] for phrase in _REVIEW for span in paper.spans(phrase, things)]
        handed = things[0], min((at for at in review if at > things[0] + 80), default=things[1])
    return Sheet(paper, soft(paper.plain), known, form, search, things, handed), fields


def _until_next(part: Span | None, ends: list[int]) -> Span | None:
    return part and (part[0], next((end for end in ends if end > part[0]), part[1]))


def _forms(paper: Paper, known: Known) -> tuple[list[Field], Form | None]:
    titled = {form: span for form in FORMS if (span := _title(paper, form))}
    if len(titled) > 1:
        titled.pop(NONDISCLOSURE, None)
    hinted = {form: span for form in FORMS for hint in form.hints for span in paper.spans(hint)}
    found = titled or hinted
    fields = []
    for form, span in found.items():
        sure: Sure
        if form.asks and form.code not in known.instruments:
            sure, why = "doubtful", f"no law pack declares the instrument `{form.code}`"
        elif len(found) > 1:
            sure, why = "doubtful", "the paper has the marks of more than one instrument"
        elif titled:
            sure, why = "certain", "the paper's title"
        else:
            sure, why = "doubtful", "no title was read; these words belong to the form"
        fields.append(paper.field("instrument", form.code, span, (sure, why)))
    return fields, next(iter(found)) if len(found) == 1 else None


def _title(paper: Paper, form: Form) -> Span | None:
    """The first title in capitals, or near the top of the first page with capital initials."""
    for title in form.titles:
        for span in paper.spans(title):
            written = paper.plain[span[0] : span[1]]
            if written.isupper() or (span[0] < _TITLE_REACH and written[0].isupper()):
                return span
    return None


def _heading(paper: Paper, words: str) -> Span | None:
    """Where a part begins; sentences also speak of "Attachment A", so the likeliest place must look like a heading."""
    scored = [(_headlike(paper.plain, span), -span[0]) for span in paper.spans(words)]
    best = max(scored, default=(0, 0))
    return (-best[1], len(paper.plain)) if best[0] > 0 else None


def _headlike(plain: str, span: Span) -> int:
    before, after = plain[max(0, span[0] - 30) : span[0]], plain[span[1] : span[1] + 60]
    if after[:1].isalnum() or before[-1:].isalnum():
        return -9
    alone = not re.search(r"\w[^\n\f]*$", before) and not re.match(r"[^\n\f]*\w", after)
    titled = bool(_HEADING.search(soft(after)))
    pointed = bool(_POINTING.search(before))
    return 2 * alone + 2 * titled + plain[span[0] : span[1]].isupper() - 3 * pointed
