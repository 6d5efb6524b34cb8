"""The law book: every pack, and whatever goes by a name in it, with its text and its reading."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from urllib.parse import quote

from litestar import get
from litestar.params import FromPath, FromQuery

from comity.lawpack.show import Bench, Circle, Sheet, View, effect, find, particulars, said, sheets, span, spelled
from comity.web.app import Asking, Page, to, web_of
from comity.web.matter import NotADay

WORDS: dict[str, Any] = {
    "effect": effect, "particulars": particulars, "said": said, "span": span, "spelled": spelled,
}  # fmt: skip
"""How the law book words a rule."""


@get("/law", sync_to_thread=True)
def law(request: Asking, what: FromQuery[str] = "") -> Page:
    """Every pack that is in the book; with `what`, whatever goes by that name."""
    if what.strip():
        return to(f"/law/show/{quote(what.strip(), safe='')}")
    web = web_of(request)
    with web.house.opened() as office:
        found: tuple[Sheet, ...] = web.keep(("sheets",), lambda: sheets(office.packs))
        courts = list(office.packs.law.courts.values())
        groups = [str(group["id"]) for group in office.packs.groups]
    places: dict[str, list[Sheet]] = {}
    for sheet in found:
        places.setdefault(str(sheet.pack.instrument["place"]), []).append(sheet)
    return web.page(request, "laws.html", "/law", places=places, courts=courts, groups=groups)


@get("/law/show/{what:str}", sync_to_thread=True)
def law_show(request: Asking, what: FromPath[str], on: FromQuery[str] = "", court: FromQuery[str] = "") -> Page:
    """One thing of the book, as of a day and as a court must read it, if they are given."""
    web = web_of(request)
    try:
        day = date.fromisoformat(on) if on else web.now().date() if court else None
    except ValueError as error:
        raise NotADay(text=on) from error
    with web.house.opened() as office:
        key = ("law", what, day, court)
        found: tuple[View, ...] = web.keep(key, lambda: find(office.packs, what, day, court or None))
        courts = [one for one in office.packs.law.courts.values() if not one.legislature]
    views = [(kind(view), view) for view in found]
    return web.page(
        request, "law.html", "/law", what=what, on=on, court=court, day=day, views=views, courts=courts, words=WORDS
    )


def kind(view: View) -> str:
    """Which part of the page shows it."""
    return {Sheet: "sheet", Bench: "bench", Circle: "circle"}[type(view)]


HANDLERS: Final = (law, law_show)
