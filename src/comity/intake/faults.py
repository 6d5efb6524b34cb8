"""Every way a demand can be wrong on its way in, by name, and how the person who gave it mends it."""

from __future__ import annotations

from typing import Final

from comity.kernel.words import Fault

NAMES: Final[dict[str, str]] = {
    "too-large": "a demand's file may have 1 MiB; put long lists of accounts into several demands",
    "not-toml": "mend the line named; strings stand in quotes, tables in brackets",
    "not-json": "mend the place named; the file is one JSON object",
    "duplicate-key": "keep one of the two",
    "unknown-key": "mend the spelling or take the key out; see docs/formats/demand.md",
    "missing-key": "state it; see docs/formats/demand.md",
    "wrong-type": "write it as docs/formats/demand.md shows",
    "not-plain-text": "take the control characters out; a text is one line of Unicode",
    "not-an-id": "use letters, digits, dots, hyphens and underscores, at most 100, beginning with a letter or digit",
    "not-a-digest": "write `sha256:` and 64 lower-case hex digits",
    "impossible-date": "write a day of the calendar, as 2013-12-04 or 2013-12-04T17:10:00Z; service lies in the past",
    "moment-without-zone": "state the zone, best UTC: 2013-12-04T00:00:00Z",
    "date-order": "mend whichever of the two dates is wrong",
    "unknown-place": "write the country as ISO 3166 alpha-2, in capitals",
    "unknown-channel": "use email, fax, hand, phone, portal, post or registry",
    "unknown-instrument": "use a code of the term demand.instrument, or add a law pack that declares it",
    "unknown-court": "use the id of a court in courts.toml",
    "two-courts": "one demand comes from one court: name it, and file the other's demand apart",
    "unknown-entity": "name the id of an entity of the estate",
    "unknown-store": "name the id of a store of the estate, or leave stores out to search them all",
    "no-account": "name at least one account",
    "account-not-plain": "write the address in lower case, without spaces around it",
    "account-not-here": "check the spelling; if the account was never here, answer the authority so",
    "no-category": "name content, traffic or subscriber",
    "unknown-category": "use content, traffic or subscriber",
    "empty-range": "the end is exclusive and must come after the start",
    "unknown-word": "use a declared term, with its whole name in quotes",
    "unknown-code": "use a value that the term admits",
    "stated-elsewhere": "take it out of [facts]",
    "not-a-demand": "record it as a `gagged` event of the matter it belongs to",
    "not-an-order": "only forms 1 and 2 are demands; record any other in the matter of the order that it speaks of",
    "certificate-incomplete": "ask the authority to complete it (Annex III), and state here what it answers",
    "certificate-unclear": "read the passage and state what it means, or ask the authority (Annex III)",
    "certificate-unread": "read the section on the paper, and state what it says",
    "certificate-mixed": "choose the accounts and the data of one request; bring the message again for the next",
    "unconfirmed": "read the passage and choose a value",
    "unknown-field": "choose only values for fields of a demand",
}


def fault(name: str, where: str, what: str) -> Fault:
    """A named fault of a demand; the name must be in the list."""
    return Fault(name, where, what, NAMES[name])
