"""Notice: must the user be told, what forbids it until when, and the letter, recorded when it goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from litestar import get, post
from litestar.params import FromPath

from comity.desk.matter import load
from comity.desk.notice import letter_to, notices, silences, tell
from comity.desk.office import Office
from comity.kernel.matter import own_deadlines
from comity.kernel.notice import Gap, Notice
from comity.web.acts import text
from comity.web.app import Asking, Form, Page, Trouble, at_matter, web_of


@dataclass(frozen=True)
class Told:
    """How notice to one account's user stands, the letter if it may go out, and every stretch of silence."""

    notice: Notice
    letter: str
    gaps: tuple[Gap, ...]


@get("/matters/{name:str}/notice", sync_to_thread=True)
def notice(request: Asking, name: FromPath[str]) -> Page:
    """How notice stands for each account, with its clocks."""
    return _show(request, name)


def _show(request: Asking, name: str, error: Trouble | None = None) -> Page:
    web = web_of(request)
    at = web.now()
    with web.house.opened() as office:
        matter = load(office, name).as_known(at)
        silent = silences(office, matter, at)
        told = [
            Told(one, letter_to(office, matter, one.account, at) if one.state == "due" else "", silent[one.account])
            for one in notices(office, matter, at)
        ]
        clocks = own_deadlines(matter, at)
    return web.page(request, "notice.html", error=error, name=name, told_=told, clocks=clocks, at=at)


@post("/matters/{name:str}/notice/sent", sync_to_thread=True)
def send_notice(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Record that the letter went out."""
    account = text(data, "account")

    def do(office: Office, at: datetime) -> tuple[str, str]:
        tell(office, name, account, request.user.person, at)
        return f"{at_matter(name)}/notice", f"It is recorded that the user of {account} was told."

    return web_of(request).act(request, data, do, lambda trouble: _show(request, name, trouble))


HANDLERS: Final = (notice, send_notice)
