"""Filing: the instrument first, then what it needs; before anything is filed, what would become of it and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery

from comity.desk.counter import MOST_PAPERS, PAPER_LIMIT, TooLarge
from comity.desk.preflight import MEANS
from comity.errors import ComityError
from comity.kernel.demand import CATEGORIES
from comity.web.portal.app import Asking, Form, Page, Trouble, portal_of, told

Parts = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
WHOLE: Final = MOST_PAPERS * PAPER_LIMIT + 2**20
TRUTHS: Final = {"yes": True, "no": False}
Fields = dict[str, list[str]]


def fields(data: dict[str, Any]) -> Fields:
    """What was typed, by name: every value of every field but the form's own secret and the papers."""
    found: Fields = {}
    for name, value in data.items():
        many = value if isinstance(value, list | tuple) else [value]
        texts = [one.strip() for one in many if isinstance(one, str) and one.strip()]
        if texts and name not in ("form", "paper"):
            found[name] = texts
    return found


def tables(typed: Fields) -> dict[str, Any]:
    """A demand as the form says it, in the tables of a written demand."""
    one = {name: values[0] for name, values in typed.items()}
    demand: dict[str, Any] = {key: one[key] for key in ("instrument", "issuer", "court", "reference") if key in one}
    demand |= {key: one[key] for key in ("issued",) if key in one}
    demand |= {"return_by": _moment(one["return_by"])} if "return_by" in one else {}
    demand["emergency"] = "emergency" in one
    scope: dict[str, Any] = {"accounts": [line.lower() for line in _lines(one.get("accounts", ""))]}
    scope["categories"] = typed.get("categories", [])
    scope |= {key: _moment(one[key]) for key in ("since", "until") if key in one}
    scope |= {"terms": list(_lines(one["terms"]))} if "terms" in one else {}
    facts = {name[5:]: TRUTHS.get(value, value) for name, value in one.items() if name.startswith("fact:")}
    return {"demand": demand, "scope": scope} | ({"facts": facts} if facts else {})


def _lines(text: str) -> Iterator[str]:
    yield from (line.strip() for line in text.replace(",", "\n").splitlines() if line.strip())


def _moment(text: str) -> str:
    """A day or a local time of a form, read as UTC."""
    whole = f"{text}T00:00" if len(text) == 10 else text
    return f"{whole}:00Z" if len(whole) == 16 else whole


@get("/demands/new", sync_to_thread=True)
def new(request: Asking, instrument: FromQuery[str] = "") -> Page:
    """First the instrument, then the form for it."""
    return _form(request, {"instrument": [instrument]} if instrument else {})


@post("/demands/edit", status_code=200, sync_to_thread=True)
def edit(request: Asking, data: Form) -> Page:
    """The form again, with what was typed."""
    request.user.led_to(str(data.get("form", "")))
    return _form(request, fields(data))


def _form(request: Asking, typed: Fields, error: Trouble | None = None) -> Page:
    portal, at, instrument = portal_of(request), portal_of(request).now(), "".join(typed.get("instrument", [])[:1])
    outline, place = portal.counter.outline, portal.counter.place(request.auth)
    known = outline.instruments(place, at)
    if instrument not in known:
        options = [(code, outline.titled(code)) for code in known]
        return portal.page(request, "instrument.html", error, options=options, place=place)
    return portal.page(
        request, "new.html", error, typed=typed, instrument=instrument, title=outline.titled(instrument),
        questions=outline.questions(instrument, place, at), courts=outline.courts(place),
        issuers=outline.packs.words.terms["demand.issuer"].codes, categories=sorted(CATEGORIES),
    )  # fmt: skip


@post("/demands/check", status_code=200, sync_to_thread=True)
def check(request: Asking, data: Form) -> Page:
    """What would become of a demand if it were filed now."""
    portal, typed = portal_of(request), fields(data)
    portal.take("check", request.auth.id)
    request.user.led_to(str(data.get("form", "")))
    try:
        return _checked(request, typed)
    except ComityError as error:
        return _form(request, typed, told(error))


def _checked(request: Asking, typed: Fields, error: Trouble | None = None) -> Page:
    portal, at = portal_of(request), portal_of(request).now()
    demand = portal.counter.read(request.auth, tables(typed), at)
    outline = portal.counter.outline
    court = outline.courts(demand.place).get(demand.court, demand.court)
    return portal.page(
        request, "check.html", error, typed=typed, demand=demand, found=outline.preflight(demand, at), means=MEANS,
        title=outline.titled(demand.instrument), court=court, most=MOST_PAPERS, limit=PAPER_LIMIT // 2**20,
    )  # fmt: skip


@post("/demands/file", request_max_body_size=WHOLE, sync_to_thread=True)
def file(request: Asking, data: Parts) -> Page:
    """File the demand with its papers; they are kept as they came, and nobody opens them here."""
    portal, typed = portal_of(request), fields(data)

    def do(at: Any) -> tuple[str, str]:
        portal.take("file", request.auth.id)
        narrative = "\n".join(typed.get("narrative", []))
        id = portal.counter.file(request.auth, tables(typed), (narrative, _papers(data)), at)
        return f"/demands/{id}", "Your demand is filed. The office looks at it and confirms what it asks."

    return portal.act(request, data, do, lambda trouble: _again(request, typed, trouble))


def _again(request: Asking, typed: Fields, trouble: Trouble) -> Page:
    try:
        return _checked(request, typed, trouble)
    except ComityError:
        return _form(request, typed, trouble)


def _papers(data: dict[str, Any]) -> list[tuple[str, bytes]]:
    given = data.get("paper", [])
    files = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, UploadFile)]
    files = [one for one in files if one.filename]
    if len(files) > MOST_PAPERS:
        raise TooLarge(what="what you file")
    return [(one.filename, one.file.read(PAPER_LIMIT + 1)) for one in files]


HANDLERS: Final = (new, edit, check, file)
