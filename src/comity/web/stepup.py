"""Step-up: who approves, answers as counsel or lets a production go proves with a passkey that it is they, now.

The proof is for one act: its address and everything its form holds, so what was approved is what was signed for. It is
good once, for five minutes. A copied session can read; it cannot make the device sign.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from litestar import Response, post
from litestar.params import FromQuery

from comity.desk import entrances
from comity.desk.office import Office
from comity.errors import ComityError
from comity.kernel.words import digest
from comity.web.answers import to_script
from comity.web.app import Asking, Form, Trouble, Web, web_of
from comity.web.doors import Session

OURS: Final = frozenset({"form", "answer"})
"""Fields that carry a form and its proof, and are no part of what it says."""


class TakesPasskey(ComityError):
    """this takes a passkey, and `{person}` has none here"""

    help = "register one on the page /me within ten minutes of signing in by a link, then send this again"
    exit_code = 5


class NotProved(ComityError):
    """this was sent without proof that it is you: {why}"""

    help = "send it again from its page, and answer when your device asks for your passkey; nothing was done"
    exit_code = 5


def purpose(act: str, data: dict[str, Any]) -> str:
    """What exactly is proved: an address, and all that its form says."""
    said = sorted((key, [value] if isinstance(value, str) else list(map(str, value))) for key, value in data.items())
    return f"{act} {digest([[key, value] for key, value in said if key not in OURS])}"


def asked_to_prove(web: Web, office: Office, session: Session) -> Literal["", "ask", "none"]:
    """Whether somebody must prove an act with a passkey (`ask`), and whether they have one to do so (`none`)."""
    if web.keyring.of(session.person):
        return "ask"
    return "" if office.settings.approve_with == "session" else "none"


def proof(request: Asking, office: Office, data: dict[str, Any], at: datetime) -> str:
    """How whoever sends a form proved that it is they, in a word for the record; refuses where they had to and did not.

    Who has a passkey proves with it, whatever the office asks of those who have none.
    """
    web, session = web_of(request), request.user
    match asked_to_prove(web, office, session):
        case "":
            return f"session by {session.by}"
        case "none":
            raise TakesPasskey(person=session.person)
    return proved(web, session, request.scope["path"], data, at)


def proved(web: Web, session: Session, act: str, data: dict[str, Any], at: datetime) -> str:
    """The passkey that answered for an act, in a word for the record; that none did is written down."""
    given = data.get("answer", "")
    try:
        if not isinstance(given, str) or not given.strip():
            raise NotProved(why="no passkey answered")
        return f"passkey {web.passkeys.finish_step_up(session.key, purpose(act, data), given, at).id[:12]}"
    except ComityError:
        with web.house.opened() as office:
            entrances.unproved(office, session.person, at, act)
        raise


@post("/prove", opt={"own": True}, sync_to_thread=True)
def prove(request: Asking, data: Form, act: FromQuery[str] = "") -> Response[Any]:
    """What a browser needs to have somebody prove an act of theirs, before its form is sent."""
    web, session = web_of(request), request.user
    try:
        session.led_to(str(data.get("form", "")))
        asked = web.passkeys.begin_step_up(session.person, session.key, purpose(act, data), web.now())
    except ComityError as error:
        return refused(error)
    return Response(asked.encode(), media_type="application/json")


def refused(error: ComityError) -> Response[Any]:
    """A refusal, as our script tells it."""
    return to_script(Trouble.of(error))


HANDLERS: Final = (prove,)
