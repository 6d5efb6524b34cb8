"""A warrant message of ETSI TS 103 120 (XML, the HI1 interface) → a proposal, as of any paper; a person confirms it.

Only what a task asks to disclose is read as a demand's scope. What is to be intercepted in real time, or preserved, is
told beside it: comity hands over what is stored. No document type, entity or other file is ever followed.
"""

from __future__ import annotations

import re
from typing import Final

from comity.errors import ComityError
from comity.intake import apart
from comity.intake.elements import MOST_CHARACTERS, Element, Message, elements
from comity.intake.known import Known
from comity.intake.passages import Missing, Proposal, Sure
from comity.intake.warrant import GAPS

SPACE: Final = "http://uri.etsi.org/03120/"
DISCLOSES: Final = "LDTaskObject"
OTHERS: Final = {"LITaskObject": "interception in real time", "LPTaskObject": "preservation"}
CATEGORIES: Final = {"SubscriberData": "subscriber"}
"""Kinds of request that are exactly a category; any other is offered by its words, and never taken over unseen."""
HINTS: Final = (("subscriber", "subscriber"), ("traffic", "traffic"), ("content", "content"))
NEEDED: Final = (
    "instrument", "place", "court", "reference", "served_entity", "accounts", "categories", "since", "until", "id",
    "served", "channel",
)  # fmt: skip
_ROOT = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:[\w.-]+:)?HI1Message\b", re.DOTALL)


class NotEtsi(ComityError):
    """`{path}` is no warrant message of ETSI TS 103 120: {why}"""

    help = "ask for the message again, as it was made; without a document type, and with one HI1Message"
    exit_code = 3


def is_etsi(text: str) -> bool:
    """Whether a text begins as such a message."""
    return bool(_ROOT.match(text[:4096]))


def propose_etsi(text: str, known: Known, title: str, digest: str) -> Proposal:
    """What a message seems to demand; raises `NotEtsi` if it cannot be read as one."""
    root = _parsed(text, title)
    message = Message(text, known)
    objects = [one for one in root.every() if one.name == "HI1Object" and one.above and one.above.name == "CREATE"]
    tasks = [one for one in objects if one.kind == DISCLOSES]
    for one in objects:
        _object(message, one, "certain" if len(tasks) < 2 else "doubtful")
    found = {one.name for one in message.fields}
    missing = [Missing(name, GAPS[name]) for name in NEEDED if name not in found]
    if len(tasks) > 1:
        # Their accounts and their categories must not be mixed: one demand would ask for more than any of them.
        missing.append(Missing("rest", f"the message holds {len(tasks)} requests; make a demand of each"))
    if not objects:
        missing.append(Missing("rest", "the message creates nothing: it is no request"))
    return Proposal(title, digest, tuple(message.fields), tuple(missing))


def _parsed(text: str, title: str) -> Element:
    if len(text) > MOST_CHARACTERS:
        raise NotEtsi(path=title, why="it is too long")
    try:
        root = elements(text, title)
    except apart.Unopened as error:
        raise NotEtsi(path=title, why=error.what) from error
    if root.name != "HI1Message" or not root.space.startswith(SPACE):
        raise NotEtsi(path=title, why="its root is another")
    return root


def _object(message: Message, node: Element, sure: Sure) -> None:
    """What one object of the message says; an authorisation, a task, or something that is left out."""
    for one in node.said("/AuthorisationReference"):
        message.say("reference", one.text, one, ("certain", "the authorisation's own number"))
    if node.kind in OTHERS:
        first = next(iter(node.said("/ObjectIdentifier")), node)
        message.say(
            "task", OTHERS[node.kind], first, ("doubtful", "comity hands over what is stored; this asks for more")
        )
    if node.kind != DISCLOSES:
        return
    for one in node.said("CountryCode"):
        why = "the country of whoever owns the request"
        message.say("place", one.text, one, (sure if one.text in message.known.places else "doubtful", why))
    for one in node.said("/Reference"):
        message.say("task_reference", one.text, one, ("certain", "the task's own number"))
    for details in node.all("/RequestDetails"):
        _asked(message, details, sure)


def _asked(message: Message, details: Element, sure: Sure) -> None:
    """The kind of records, the range and the accounts of one request."""
    for one in details.said("/Type/Value"):
        _category(message, one, sure)
    for name, tag in (("since", "StartTime"), ("until", "EndTime")):
        for one in details.said(f"/{tag}"):
            why = "the first instant" if name == "since" else "the end named, read as the first that no longer counts"
            message.say(name, one.text, one, (sure if name == "since" or sure != "certain" else "likely", why))
    for one in details.said("/RequestValue/Value"):
        message.account(one, (sure, ""))


def _category(message: Message, one: Element, sure: Sure) -> None:
    if one.text in CATEGORIES:
        message.say("categories", CATEGORIES[one.text], one, (sure, "the kind of request"))
        return
    hint = next((category for word, category in HINTS if word in one.text.casefold()), "")
    if hint:
        message.say("categories", hint, one, ("doubtful", f"the kind of request is `{one.text}`"))
    else:
        message.say("request_type", one.text, one, ("doubtful", "a kind of request that is no category"))
