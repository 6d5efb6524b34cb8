"""A warrant message of ETSI TS 103 120 (XML, the HI1 interface) → a proposal, as of any paper; a person confirms it.

Only what a task asks to disclose is read as a demand's scope. What is to be intercepted in real time, or preserved, is
told beside it: comity hands over what is stored. No document type, entity or other file is ever followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from comity.errors import ComityError
from comity.intake.known import Known
from comity.intake.passages import Field, Missing, Proposal, Sure
from comity.intake.warrant import GAPS

MOST_CHARACTERS: Final = 1 << 20
SPACE: Final = "{http://uri.etsi.org/03120/"
TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
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


class NoXmlReader(ComityError):
    """nothing here can read an XML message"""

    help = "install comity[intake]"
    exit_code = 3


def is_etsi(text: str) -> bool:
    """Whether a text begins as such a message."""
    return bool(_ROOT.match(text[:4096]))


@dataclass
class _Message:
    """A message's text, searched from start to end, so that each value has its passage."""

    text: str
    known: Known
    at: int = 0
    fields: list[Field] = field(default_factory=list)

    def say(self, name: str, value: str, node: Any, said: tuple[Sure, str]) -> None:
        """Propose a value, with the piece of the text that its element holds."""
        raw = (node.text or "").strip()
        tag = self.text.find(_local(node), self.at)
        written = next((one for one in (raw, escape(raw, quote=False)) if one and self.text.find(one, tag) >= 0), "")
        start = self.text.find(written, tag)
        if tag < 0 or not written:
            self.fields.append(Field(name, value, "", 0, 0, 1, "doubtful", "its place in the message was not found"))
            return
        self.at = start
        self.fields.append(Field(name, value, written, start, start + len(written), 1, *said))


def propose_etsi(text: str, known: Known, title: str, digest: str) -> Proposal:
    """What a message seems to demand; raises `NotEtsi` if it cannot be read as one."""
    root = _parsed(text, title)
    message = _Message(text, known)
    objects = [node for node in root.iter() if _local(node) == "HI1Object" and _local(node.getparent()) == "CREATE"]
    tasks = [node for node in objects if _kind(node) == DISCLOSES]
    for node in objects:
        _object(message, node, "certain" if len(tasks) < 2 else "doubtful")
    found = {one.name for one in message.fields}
    missing = [Missing(name, GAPS[name]) for name in NEEDED if name not in found]
    if len(tasks) > 1:
        # Their accounts and their categories must not be mixed: one demand would ask for more than any of them.
        missing.append(Missing("rest", f"the message holds {len(tasks)} requests; make a demand of each"))
    if not objects:
        missing.append(Missing("rest", "the message creates nothing: it is no request"))
    return Proposal(title, digest, tuple(message.fields), tuple(missing))


def _parsed(text: str, title: str) -> Any:
    try:
        from lxml import etree
    except ImportError as error:
        raise NoXmlReader from error
    if len(text) > MOST_CHARACTERS or "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotEtsi(path=title, why="it is too long, or has a document type")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotEtsi(path=title, why=str(error).split("\n")[0]) from error
    if _local(root) != "HI1Message" or not str(root.tag).startswith(SPACE):
        raise NotEtsi(path=title, why="its root is another")
    return root


def _local(node: Any) -> str:
    return "" if node is None else str(node.tag).rpartition("}")[2]


def _kind(node: Any) -> str:
    return str(node.get(TYPE, "")).rpartition(":")[2]


def _leaves(node: Any, *names: str) -> Iterator[Any]:
    """The elements of these names below an element, in order, that hold a text."""
    for one in node.iter():
        if _local(one) in names and (one.text or "").strip():
            yield one


def _object(message: _Message, node: Any, sure: Sure) -> None:
    """What one object of the message says; an authorisation, a task, or something that is left out."""
    kind = _kind(node)
    for one in _leaves(node, "AuthorisationReference"):
        message.say("reference", one.text.strip(), one, ("certain", "the authorisation's own number"))
    if kind in OTHERS:
        first = next(_leaves(node, "ObjectIdentifier"), node)
        message.say("task", OTHERS[kind], first, ("doubtful", "comity hands over what is stored; this asks for more"))
    if kind != DISCLOSES:
        return
    for one in _leaves(node, "CountryCode"):
        if _local(one.getparent()) == "HI1Object":
            here = one.text.strip() in message.known.places
            why = "the country of whoever owns the request"
            message.say("place", one.text.strip(), one, (sure if here else "doubtful", why))
    for one in _leaves(node, "Reference"):
        message.say("task_reference", one.text.strip(), one, ("certain", "the task's own number"))
    for details in (one for one in node.iter() if _local(one) == "RequestDetails"):
        _asked(message, details, sure)


def _asked(message: _Message, details: Any, sure: Sure) -> None:
    """The kind of records, the range and the accounts of one request."""
    for one in _leaves(details, "Value"):
        if _local(one.getparent()) == "Type":
            _category(message, one, sure)
    for name, tag in (("since", "StartTime"), ("until", "EndTime")):
        for one in _leaves(details, tag):
            why = "the first instant" if name == "since" else "the end named, read as the first that no longer counts"
            message.say(name, one.text.strip(), one, (sure if name == "since" or sure != "certain" else "likely", why))
    for one in _leaves(details, "Value"):
        if _local(one.getparent()) == "RequestValue":
            _account(message, one, sure)


def _category(message: _Message, node: Any, sure: Sure) -> None:
    said = node.text.strip()
    if said in CATEGORIES:
        message.say("categories", CATEGORIES[said], node, (sure, "the kind of request"))
        return
    hint = next((category for word, category in HINTS if word in said.casefold()), "")
    if hint:
        message.say("categories", hint, node, ("doubtful", f"the kind of request is `{said}`"))
    else:
        message.say("request_type", said, node, ("doubtful", "a kind of request that is no category"))


def _account(message: _Message, node: Any, sure: Sure) -> None:
    said = node.text.strip()
    if "@" not in said:
        message.say("identifier", said, node, ("doubtful", "no address of an account: look up whose it is"))
        return
    here = message.known.account(said.lower())
    why = {True: "an account here", False: "no account here", None: "nobody can tell whether it is here"}[here]
    message.say("accounts", said.lower(), node, (sure if here else "doubtful", why))
