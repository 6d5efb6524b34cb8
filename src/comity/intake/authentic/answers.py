"""What the DNS said of a message's sender, kept beside the message at the time of receipt; live only where asked for.

The file is JSON: `taken`, the moment; `envelope`, with the machine that handed the message over (`ip`, `helo`, `from`);
`answers`, by name and kind of record. A name with no kinds was asked, and nothing is there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Final

from comity.errors import ComityError
from comity.intake.apart import NotInstalled

KINDS: Final = frozenset({"A", "AAAA", "CNAME", "MX", "PTR", "TXT"})
ENVELOPE: Final = frozenset({"ip", "helo", "from"})
MOST_BYTES: Final = 1 << 20
MOST_QUESTIONS: Final = 60
SECONDS: Final = 3


class NotAnswers(ComityError):
    """`{path}` is no file of DNS answers: {why}"""

    help = "write it as docs/rooms/authenticity.md shows, or leave it out"
    exit_code = 4


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers that were kept, the envelope of the message, and when they were taken."""

    answers: dict[str, dict[str, list[Any]]]
    envelope: dict[str, str]
    taken: datetime | None = None

    @property
    def octets(self) -> bytes:
        """As they are kept."""
        taken = self.taken.isoformat() if self.taken else ""
        whole = {"answers": self.answers, "envelope": self.envelope, "taken": taken}
        return json.dumps(whole, sort_keys=True, indent=1).encode()


NONE: Final = Answers({}, {})
"""Nothing was kept."""


def read_answers(raw: bytes, path: str) -> Answers:
    """The answers of a file, or a refusal that says what is wrong with it."""

    def wrong(why: str) -> NotAnswers:
        return NotAnswers(path=path, why=why)

    if len(raw) > MOST_BYTES:
        raise wrong("it has more than 1 MiB")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise wrong("it is not JSON") from error
    if not isinstance(data, dict) or not data.keys() <= {"answers", "envelope", "taken"} or "answers" not in data:
        raise wrong("it needs `answers`, and may have `envelope` and `taken`")
    envelope, answers = data.get("envelope", {}), data["answers"]
    if not isinstance(envelope, dict) or not envelope.keys() <= ENVELOPE or not _texts(envelope.values()):
        raise wrong("`envelope` may have `ip`, `helo` and `from`, each a text")
    if not isinstance(answers, dict) or not all(_records(kinds) for kinds in answers.values()):
        raise wrong(f"`answers` has lists by name and kind: {', '.join(sorted(KINDS))}")
    try:
        taken = datetime.fromisoformat(data["taken"]) if data.get("taken") else None
    except (TypeError, ValueError) as error:
        raise wrong("`taken` is not a moment") from error
    if taken is not None and taken.tzinfo is None:
        raise wrong("`taken` names no zone")
    return Answers(answers, envelope, taken)


def _texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _records(kinds: Any) -> bool:
    return isinstance(kinds, dict) and kinds.keys() <= KINDS and all(isinstance(rows, list) for rows in kinds.values())


def asked(known: Answers, wanted: list[list[str]], at: datetime) -> Answers:
    """The answers with those that were still wanted, asked of the DNS now."""
    if find_spec("dns") is None:
        raise NotInstalled(name="dnspython")
    more = {name: dict(kinds) for name, kinds in known.answers.items()}
    for name, kind in wanted[:MOST_QUESTIONS]:
        found = _resolved(name, kind)
        if found is not None:
            more.setdefault(name, {})[kind] = found
    return replace(known, answers=more, taken=known.taken or at)


def _resolved(name: str, kind: str) -> list[Any] | None:
    """What the DNS says now; None where it does not answer, for then nothing is known."""
    import dns.exception
    import dns.resolver

    try:
        rows = list(dns.resolver.resolve(name, kind, lifetime=SECONDS, search=False))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, ValueError, UnicodeError):
        return None
    if kind == "TXT":
        return [[piece.decode("utf-8", "replace") for piece in row.strings] for row in rows]
    if kind == "MX":
        return [[row.preference, row.exchange.to_text(True)] for row in rows]
    return [row.to_text().rstrip(".") for row in rows]
