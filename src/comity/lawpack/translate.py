"""From a decided case to an example in comity's terms: what the file states, and nothing it does not.

A rule of translation reads words that every case of the format has; none knows a case. What a text does not say plainly
is unknown: a party's contention is no fact. What an order that a court issued or upheld carries on its face is taken as
given: that the showing was made, who issued it, and that the served company was before the court where nobody disputed
that. `docs/howto/fidelity.md` says so to those who read the verdicts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from comity.kernel.words import Facts, Truth, Value, Vocabulary
from comity.lawpack import glossary as say
from comity.lawpack.cases import UNNAMED, Case

FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "’": "'"})
COMMUNICATION: Final = frozenset({"keys", "live-content", "content", "traffic", "subscriber"})
JURISDICTION: Final = frozenset({"establishment", "service-offering"})
"""The tests of rulings in which it was disputed whether the court could command the company at all."""


def plain(text: str) -> str:
    """Lower case without accents, so that names compare."""
    spread = unicodedata.normalize("NFKD", text.lower().translate(FOLDED))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def tokens(text: str) -> frozenset[str]:
    """The words of a text that may name somebody."""
    return frozenset(re.findall(r"[a-z0-9]+", plain(text).replace("'s", ""))) - say.IDLE


def has(pattern: str, text: str) -> bool:
    """Whether a pattern of the glossary is found in a text."""
    return re.search(pattern, plain(text)) is not None


def first(table: Iterable[tuple[str, str]], word: str) -> str:
    """What the first pattern that fits says; nothing where none does."""
    return next((value for pattern, value in table if re.search(pattern, word)), "")


def mentions(text: str, place: str) -> bool:
    """Whether a text names a state, its people, a larger town of it, or its code."""
    codes = text.replace("U.S.", "US").replace("U.K.", "UK")
    named = place in say.NAMES and re.search(rf"\b(?:{say.NAMES[place]})\b", plain(text))
    return bool(named) or re.search(rf"\b{place}\b", codes) is not None


def placed(text: str) -> str | None:
    """The one state that a text names."""
    found = [place for place in say.NAMES if mentions(text, place)]
    return found[0] if len(found) == 1 else None


# What is asked for, and how


def categories(case: Case) -> dict[str, str]:
    """Each class of records the case is about, and the file's word for it; the heaviest first."""
    found = {word: first(say.CATEGORIES, hyphened(word)) for word in case.categories}
    account = "subscriber" if _communicates(case, found.values()) else "business"
    classes = {account if kind == "account" else kind: word for word, kind in reversed(found.items()) if kind}
    return {kind: classes[kind] for kind in say.WEIGHT if kind in classes}


def _communicates(case: Case, classes: Iterable[str]) -> bool:
    """Whether the served company carries other people's communications, as far as what is asked for tells."""
    known = set(classes) - {"account", ""}
    if known:
        return bool(known & COMMUNICATION)
    about = f"{case.instrument} {case.said('provider')}"
    return not has(r"tax|bank|exchange|broker|payment|auction|market", about)


def instruments(case: Case, category: str, codes: tuple[str, ...]) -> tuple[str | None, ...]:
    """The codes of the papers the case names, by the packs' own list: `sca-warrant` in the US is us-sca-warrant.

    A command for which the list has no word is a foreign court's; one of the United States is then of unknown kind.
    """
    words = [hyphened(word) for word in re.split(r"-and-|[;/]| and | or ", case.instrument.lower())]
    about = hyphened(f"{case.said('requesting_body')} {case.said('purpose')}")
    found = (_instrument(_telling(word, about), case.state, category, codes) for word in words if word)
    return tuple(dict.fromkeys(found)) or (None,)


def hyphened(text: str) -> str:
    """A text as one word of the glossary: `Production order (s. 1)` is production-order-s-1."""
    return "-".join(re.findall(r"[a-z0-9]+", plain(text)))


def _telling(word: str, about: str) -> str:
    """The word; of a bare subpoena also who asked, and why."""
    return f"{word}-{about}" if "subpoena" in word and not first(say.INSTRUMENTS, word) else word


def _instrument(word: str, state: str, category: str, codes: tuple[str, ...]) -> str | None:
    kinds = first(say.INSTRUMENTS, word).split()
    if "production-order" in kinds:
        kinds += say.BY_CATEGORY[category].split()
    for kind in (word, *kinds):
        for code in (f"{state.lower()}-{kind}", kind):
            if code in codes and (code != say.US_ONLY or state == "US"):
                return code
    return _alike(word, state, codes) or (None if state == "US" else say.OTHERWISE)


def _alike(word: str, state: str, codes: tuple[str, ...]) -> str:
    """A code of the state that shares a telling word: a statute's own name."""
    telling = set(re.findall(r"\w+", word)) - {"order", "request", "notice", "warrant", "production", "and", "subpoena"}
    shared = {code: len(telling & set(code.split("-")[1:])) for code in codes if code.startswith(f"{state.lower()}-")}
    best = max(shared, key=lambda code: shared[code], default="")
    return best if best and shared[best] else ""


def _issuer(case: Case) -> str:
    by_kind = first(say.ISSUERS, hyphened(case.instrument))
    return by_kind or first(say.BODIES, plain(case.said("requesting_body"))) or "judge"


# Who was served


def present(case: Case) -> Truth:
    """Whether the served company is in the state whose court compels."""
    served = case.said("entity_served")
    if case.home == case.state:
        return True
    if has(say.NO_PRESENCE, served):
        return False
    party = has(say.DISCOVERY, case.instrument) or has(say.PARTY, f"{served}; {case.said('provider')}")
    if mentions(served, case.state) or party:
        return True
    undisputed = bool(served) and not JURISDICTION & set(case.tests) and _elsewhere(case) is None
    return True if undisputed else None


def _elsewhere(case: Case) -> str | None:
    """Where the file places the company that was served, its name apart: `Bank of China` may be anywhere."""
    name = tokens(case.said("provider"))
    return placed(" ".join(word for word in case.said("entity_served").split() if not tokens(word) & name))


def affiliate(case: Case) -> bool:
    """Whether a company of the group in the forum was served, and it alone, for what a foreign company provides."""
    served = case.said("entity_served")
    here = case.home not in (None, case.state) and mentions(served, case.state)
    local = has(say.SUBSIDIARY, served) and not has(say.BRANCH, served)
    others = [part for part in re.split(say.BESIDES, plain(served)) if part.strip() and not mentions(part, case.state)]
    return here and local and not others


def controls(case: Case) -> Truth:
    """Whether the record is within the served company's control, as far as the file states it plainly."""
    text = case.said("control")
    if not text or has(say.DOUBT, text):
        return None
    clauses = [_clause(part, case) for part in re.split(r";|\.\s|, ", text) if part.strip()]
    return True if True in clauses else False if False in clauses else None


def _clause(text: str, case: Case) -> Truth:
    if has(say.NOT_CONTROLLED, text):
        return False
    if has(say.PARENT, text) and affiliate(case):
        return None
    served, named = case.said("entity_served"), _named(text, case)
    local = affiliate(case) and has(say.SUBSIDIARY, text) and mentions(text, case.state) and has(say.CONTROLS, text)
    one = has(say.OWN, text) or has(say.BRANCH, text) or (has(say.BRANCH, served) and not has("subsidiar", served))
    return True if named or local or one else None


def _named(text: str, case: Case) -> bool:
    """Whether a text names the provider, the company that was served, or their group."""
    whom = tokens(f"{case.said('provider')} {case.said('entity_served')}") | say.GENERIC | {"parent"}
    return any(not _geographic(word) for word in tokens(text) & whom)


def group_controls(case: Case) -> Truth:
    """Whether some company of the group has it: who says that only it can reach the record says so too."""
    text = case.said("control")
    if controls(case):
        return True
    told = _named(text, case) and not has(say.UNSETTLED, text) and not has(say.NOT_CONTROLLED, text)
    return True if told else None


def _geographic(word: str) -> bool:
    return any(re.fullmatch(names, word) for names in say.NAMES.values())


def _us_controlled(case: Case) -> Truth:
    if case.home is None:
        return None
    if case.home == "US" or re.search(r"\bUS (?:parent|group)", f"{case.said('control')}; {case.said('provider')}"):
        return True
    return None if re.search(r"\b(?:Inc|Corp|LLC)\b", case.said("provider")) else False


def _secrecy(case: Case) -> Truth:
    """Whether a law abroad forbids it, as the file states it: one that was only spoken of is not known to."""
    text = case.said("blocking_law_abroad")
    if not text or has(r"^none\b", text) or has(say.LATER, text):
        return False if text else None
    return None if has(say.UNSAID, text) or has(say.DOUBT, text) else True


# The whole


def facts(case: Case, category: str, instrument: str | None, union: frozenset[str]) -> dict[str, Value]:
    """The case in comity's terms, for one class of records under one paper."""
    state = None if case.state == UNNAMED else case.state
    here, control, local = present(case), controls(case), affiliate(case)
    lives = _lives(case, "subject_residence")
    at_home = lives is not None and lives == state
    offers = True if here or at_home or "service-offering" in case.tests else None
    served = state if local else case.home
    in_union = {served, state if offers else None} & union
    return {
        "demand.place": state,
        "demand.instrument": instrument,
        **_face(case, instrument or ""),
        "served.place": served,
        "served.present_in_forum": here,
        "served.established_in_forum": served == state if served and state else None,
        "served.offers_in_forum": offers,
        "served.offers_in_union": True if in_union else None,
        "served.public_provider": category in COMMUNICATION,
        "served.us_controlled": _us_controlled(case),
        "record.category": category,
        "record.store_place": _store(case),
        "record.holder_place": _holder(case, control),
        "record.served_controls": control,
        "record.group_controls": group_controls(case),
        "record.readable_by_provider": _readable(case, category, control),
        "record.host_approval": False if has(say.REFUSED, case.said("blocking_law_abroad")) else None,
        "record.foreign_secrecy": _secrecy(case) if category == "business" else None,
        "subject.place": lives,
        "subject.nationality": _lives(case, "subject_nationality"),
        "subject.in_forum": True if at_home else None,
    }


def _face(case: Case, instrument: str) -> dict[str, Value]:
    """What the paper that a court issued or upheld says for itself."""
    issuer, urgent = _issuer(case), case.said("urgency")
    judged = issuer if issuer in ("judge", "prosecutor") else None
    european = True if "epoc" in instrument else None
    return {
        "demand.issuer": issuer,
        "demand.offence_qualifies": True,
        "demand.validated_by": judged,
        "demand.identification_only": True if has("subscriber|identif", case.instrument) else None,
        "demand.served_through_authority": True,
        "demand.notified": european,
        "served.eu_addressee": european,
        "demand.emergency": False if has(r"^(none|no)\b", urgent) else True if urgent else None,
    }


def _store(case: Case) -> str | None:
    """Where it lies, if the file names one place."""
    found = {re.split(r"[\s(,;]", place)[0] for place in case.locations}
    return next(iter(found)) if len(found) == 1 and found <= say.PLACES else None


def _holder(case: Case, control: Truth) -> str | None:
    text = case.said("control")
    told = re.search(say.HELD_BY, plain(text)) or re.search(say.OWNED, plain(text))
    if told:
        return placed(told[1])
    return case.home if control and not has(say.SOMEBODY, text) else None


def _readable(case: Case, category: str, control: Truth) -> Truth:
    text = case.said("control")
    if has(say.BLIND, text):
        return False
    return True if has(say.KEYS_HELD, text) or (category == "keys" and control) else None


def _lives(case: Case, key: str) -> str | None:
    """A person's state, where the file knows it: what someone declared of himself is evidence, not knowledge."""
    text = case.said(key)
    code = re.split(r"\W", text)[0] if text else ""
    return code if code in say.PLACES and not has(say.NOT_KNOWN, text) else None


def admitted(found: Mapping[str, Value], words: Vocabulary) -> Facts:
    """The facts whose words the packs declare."""
    return {name: value for name, value in found.items() if name in words.terms and words.terms[name].admits(value)}
