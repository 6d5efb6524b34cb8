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
    plainly = {"account": account} | _own_papers(case)
    classes = {plainly.get(kind, kind): word for word, kind in reversed(found.items()) if kind}
    return {kind: classes[kind] for kind in say.WEIGHT if kind in classes}


def _own_papers(case: Case) -> dict[str, str]:
    """What is a bank's, or a party's to the case, is its own papers: nobody's communications in another's hands."""
    money = has(say.FINANCE, f"{case.said('provider')}; {case.said('entity_served')}")
    if money or has(say.BANK_SECRECY, case.said("blocking_law_abroad")):
        return dict.fromkeys(("content", "traffic", "subscriber", "account"), "business")
    paper = first(say.INSTRUMENTS, hyphened(case.instrument))
    if paper.startswith(("tax-", "bank-")):
        return {"subscriber": "business", "account": "business"}
    return {"content": "business"} if paper.startswith("civil-discovery") else {}


def _communicates(case: Case, classes: Iterable[str]) -> bool:
    """Whether the served company carries other people's communications, as far as what is asked for tells."""
    known = set(classes) - {"account", ""}
    if known:
        return bool(known & COMMUNICATION)
    about = " ".join((case.instrument, *(case.said(key) for key in ("provider", "requesting_body", "purpose"))))
    return not has(r"tax|revenue|bank|exchange|broker|payment|auction|market", about)


def instruments(case: Case, category: str, codes: tuple[str, ...]) -> tuple[str | None, ...]:
    """The codes of the papers the case names, by the packs' own list: `sca-warrant` in the US is us-sca-warrant.

    A command for which the list has no word is a foreign court's; one of the United States is then of unknown kind.
    """
    words = [hyphened(word) for word in re.split(r"-and-|[;/]| and | or ", case.instrument.lower())]
    about = hyphened(f"{case.said('requesting_body')} {case.said('purpose')}")
    found = (_instrument(_telling(word, about), case, category, codes) for word in words if word)
    papers = tuple(dict.fromkeys(found))
    return tuple(paper for paper in papers if paper not in (None, say.OTHERWISE)) or papers or (None,)


def hyphened(text: str) -> str:
    """A text as one word of the glossary: `Production order (s. 1)` is production-order-s1."""
    word = "-".join(re.findall(r"[a-z0-9]+", plain(text)))
    return re.sub(r"(^|-)(?:sections?|sec|ss?)-(?=\d)", r"\1s", word)


def _telling(word: str, about: str) -> str:
    """The word; of a bare subpoena or notice also who asked, and why."""
    bare = "subpoena" in word or word == "order" or re.search(r"(?:notice|requirement|demand|request|letter)$", word)
    if bare and first(say.INSTRUMENTS, word) in ("", "production-order", "administrative-subpoena production-order"):
        return f"{word}-{about}"
    return word


def _instrument(word: str, case: Case, category: str, codes: tuple[str, ...]) -> str | None:
    state, own = case.state, re.sub(say.ASSISTED, "-", word).strip("-")
    if own != word and re.search(say.OWN_PROCESS, own):
        return _for_another(own, case, category, codes)
    for kind in _kinds(word, case, category):
        for code in (f"{state.lower()}-{kind}", kind):
            if code in codes and (code != say.US_ONLY or state == "US"):
                return code
    return _alike(word, state, codes) or (None if state == "US" else say.OTHERWISE)


def _kinds(word: str, case: Case, category: str) -> tuple[str, ...]:
    """The kinds of paper that a word may mean, the likeliest first."""
    section = first(say.STATUTES.get(case.state, ()), word)
    kinds = ([section] if section else []) + first(say.INSTRUMENTS, word).split()
    private = _issuer(case) == "private-party" or has(r"^civil", case.said("purpose"))
    if private and case.state != "US" and "disclosure" in word:
        kinds = ["civil-order"]
    if "civil-order" in kinds and case.state in say.CIVIL_ORDERS:
        kinds += [say.CIVIL_ORDERS[case.state]]
    if "production-order" in kinds:
        own = say.BY_CATEGORY[category].split()
        kinds = [*own, *kinds] if category in ("keys", "live-content") and "production" not in word else [*kinds, *own]
    produced = "production-order" in kinds and case.state in say.PAPERS_ONLY
    if category in ("traffic", "subscriber") and (produced or "interception-order" in kinds):
        return (*say.BY_CATEGORY[category].split(), word, *kinds)
    return (word, *kinds)


def _for_another(word: str, case: Case, category: str, codes: tuple[str, ...]) -> str | None:
    """The state's own order for another state that asked: its special one, or the ordinary paper of that name."""
    special = f"{case.state.lower()}-{say.ASSISTANCE.get(case.state, '')}"
    if special in codes:
        return special
    named = word if first(say.INSTRUMENTS, word) else f"{say.BY_CATEGORY[category].split(' ')[0] or 'court-order'}"
    if case.state == "US" and "subpoena" in word:
        named = "administrative-subpoena"
    return _instrument(named, case, category, codes)


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
    if has(say.NO_PRESENCE, served) or (_european(case) and not mentions(served, case.state)):
        return False
    party = has(say.DISCOVERY, case.instrument) or has(say.PARTY, f"{served}; {case.said('provider')}")
    if mentions(_there(served, case.state), case.state) or party:
        return True
    if has(say.PASSING, served) and mentions(served, case.state):
        return None
    undisputed = bool(served) and not JURISDICTION & set(case.tests) and _elsewhere(case) is None
    return True if undisputed else None


def _european(case: Case) -> bool:
    """Whether it is a European order, which goes to a provider that is established in another Member State."""
    return "epoc" in first(say.INSTRUMENTS, hyphened(case.instrument)) and case.home not in (None, case.state)


def _there(text: str, place: str) -> str:
    """A text without what places nobody in a state: who asked from there, who is served there, who passed through."""
    lower = plain(text)
    if place in say.NAMES:
        lower = re.sub(say.ABROAD.format(say.NAMES[place]), " ", lower)
    kept = (part for part in re.split(r"[;,]", lower) if not (has(say.PASSING, part) and mentions(part, place)))
    codes = re.findall(rf"\b{place}\b", text.replace("U.S.", "US").replace("U.K.", "UK"))
    return "; ".join((*kept, *codes))


def _elsewhere(case: Case) -> str | None:
    """Where the file places the company that was served, its name apart: `Bank of China` may be anywhere."""
    name = tokens(case.said("provider"))
    return placed(" ".join(word for word in case.said("entity_served").split() if not tokens(word) & name))


def affiliate(case: Case) -> bool:
    """Whether a company of the group in the forum was served, and it alone, for what a foreign company provides."""
    served = case.said("entity_served")
    here = case.home not in (None, case.state) and mentions(_there(served, case.state), case.state)
    local = has(say.SUBSIDIARY, served) and not has(say.BRANCH, served) and not has(say.NO_PRESENCE, served)
    local = local and not has(say.PASSING, served)
    parts = re.split(say.BESIDES, served, flags=re.IGNORECASE)
    others = [part for part in parts if part.strip() and not mentions(part, case.state)]
    return here and local and not others


def controls(case: Case) -> Truth:
    """Whether the record is within the served company's control, as far as the file states it plainly."""
    text = case.said("control")
    if has(say.OPEN_AT_LARGE, text):
        return None
    clauses = [_clause(part, case) for part in _clauses(text)]
    told = True if True in clauses else False if False in clauses else None
    return True if told is None and _undisputed(text, case) else told


def _clauses(text: str) -> list[str]:
    return [part for part in re.split(r";|\.\s|, ", text) if part.strip()]


def _undisputed(text: str, case: Case) -> bool:
    """Whether the ruling turned on something else than control, and the file names nobody else who has it."""
    other = has(say.SOMEBODY, text) or has(say.NOT_CONTROLLED, text) or has(say.UNSETTLED, text)
    return bool(case.tests) and "control" not in case.tests and not affiliate(case) and not other


def _clause(text: str, case: Case) -> Truth:
    if has(say.DOUBT, text):
        return None
    if has(say.NOT_CONTROLLED, text):
        return False
    if has(say.PARENT, text) and affiliate(case):
        return None
    served, named = case.said("entity_served"), _named(text, case) and not _groups(text, case)
    local = affiliate(case) and has(say.SUBSIDIARY, text) and mentions(text, case.state) and has(say.CONTROLS, text)
    one = has(say.OWN, text) or has(say.BRANCH, text) or (has(say.BRANCH, served) and not has("subsidiar", served))
    return True if named or local or one else None


def _groups(text: str, case: Case) -> bool:
    """Whether a text names the group's foreign company where the one in the forum alone was served."""
    if not affiliate(case) or mentions(text, case.state):
        return False
    local = tokens(case.said("entity_served")) - tokens(case.said("provider"))
    return not (tokens(text) & local)


def _named(text: str, case: Case) -> bool:
    """Whether a text names the provider, the company that was served, or their group."""
    names = tokens(f"{case.said('provider')} {case.said('entity_served')}")
    if tokens(text) and tokens(text) <= names:
        return True
    whom = names | say.GENERIC | {"parent"}
    return any(not _geographic(word) for word in tokens(text) & whom) or has(say.ITSELF, text.strip())


def group_controls(case: Case) -> Truth:
    """Whether some company of the group has it: who says that only it can reach the record says so too."""
    text = case.said("control")
    if controls(case):
        return True
    if has(say.OPEN_AT_LARGE, text):
        return None
    told = (p for p in _clauses(text) if not has(say.UNSETTLED, p) and not has(say.NOT_CONTROLLED, p))
    return True if any(_named(part, case) for part in told) else None


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
    if not text or has(say.NO_LAW, text) or has(say.LATER, text):
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
        "record.held_by_carrier": True if has(say.CARRIER, case.said("provider")) else None,
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
    found = set[str]().union(*(_places(text) for text in case.locations))
    return next(iter(found)) if len(found) == 1 and found <= say.PLACES else None


def _places(text: str) -> set[str]:
    """The states that a text names, by code (`IE, NL`) or in words (`Dublin`); one that is none, where it cannot."""
    parts = [part for part in re.split(r"[\s(),;/]+|\band\b", text) if part]
    if has(say.NOWHERE, text) or not parts:
        return {""}
    coded = {part for part in parts if part in say.PLACES} if parts[0] in say.PLACES else set()
    return coded or {place for place in say.NAMES if mentions(text, place)} or {""}


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
