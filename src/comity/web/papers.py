"""Papers on a page: always as text, with the passages marked from which fields were read; the octets only to be saved.

Nothing that came from outside is rendered: no PDF, no HTML, no picture. What a browser is given of a paper's octets is
a file to save, of no type that it would open by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get
from litestar.params import FromPath
from markupsafe import Markup

from comity.desk.matter import demand_of, load
from comity.desk.papers import octets_of, text_again
from comity.kernel.demand import Demand
from comity.kernel.matter import Matter
from comity.web.app import Asking, NotAPage, Page, Web, web_of
from comity.web.uploads import label

LISTED: Final = ("accounts", "categories", "terms", "folders", "stores")
SINGLE: Final = (
    "place", "instrument", "issuer", "court", "reference", "served_entity", "served", "channel", "issued", "return_by",
    "emergency",
)  # fmt: skip
RANGE: Final = ("since", "until")
Span = tuple[int, int]


def highlighted(text: str, spans: Iterable[tuple[str, Span]]) -> tuple[Markup, dict[str, str]]:
    """A text with its spans marked, and for each span's name the id of the mark that holds it."""
    groups: list[tuple[Span, list[str]]] = []
    for name, (start, end) in sorted((one for one in spans if one[1][0] < one[1][1]), key=lambda one: one[1]):
        if groups and start < groups[-1][0][1]:
            (first, last), names = groups[-1]
            groups[-1] = ((first, max(last, end)), [*names, name])
        else:
            groups.append(((start, end), [name]))
    pieces, at = Markup(""), 0
    ids: dict[str, str] = {}
    for number, ((start, end), names) in enumerate(groups, 1):
        ids |= dict.fromkeys(names, f"at-{number}")
        pieces += Markup('{}<mark id="at-{}">{}</mark>').format(text[at:start], number, text[start:end])
        at = end
    return pieces + text[at:], ids


def saved(title: str, raw: bytes) -> Response[bytes]:
    """A paper's octets as a file to save, never to be opened in the browser."""
    name = f"attachment; filename*=UTF-8''{quote(label(title), safe='')}"
    heads = {"content-disposition": name, "x-content-type-options": "nosniff"}
    return Response(raw, media_type="application/octet-stream", headers=heads)


@dataclass(frozen=True)
class Confirmed:
    """A field of a demand as it was confirmed: its values, and for each the passage or the person it came from."""

    name: str
    values: tuple[str, ...]
    sources: tuple[str, ...]


def confirmed(matter: Matter) -> list[Confirmed]:
    """Every field of the demand, with where each value came from."""
    demand, said = demand_of(matter), dict[str, list[str]]()
    for key, source in matter.of("confirmed")[-1].data:
        kind, _, name = key.partition(".")
        if kind == "source":
            said.setdefault(name, []).append(source)
    return [Confirmed(name, values, tuple(said.get(name, ()))) for name, values in _values(demand) if values]


def _values(demand: Demand) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in SINGLE:
        value = getattr(demand, name)
        yield name, (_said(value),) if value not in (None, "", False) else ()
    for name in LISTED:
        yield name, tuple(sorted(getattr(demand.scope, name)))
    for name in RANGE:
        value = getattr(demand.scope, name)
        yield name, (_said(value),) if value else ()
    for term, value in demand.facts:
        yield term, (_said(value),)


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def text_of(web: Web, digest: str, raw: bytes) -> str:
    """A paper's text; taken out of it once."""
    with web.house.opened():
        text: str = web.keep(("paper", digest), lambda: text_again(raw))
    return text


@get("/matters/{name:str}/papers", sync_to_thread=True)
def papers(request: Asking, name: FromPath[str]) -> Page:
    """A matter's papers beside the fields that were confirmed from them."""
    web = web_of(request)
    with web.house.opened() as office:
        matter = load(office, name)
        fields, held = confirmed(matter), demand_of(matter).papers
        by = matter.of("confirmed")[-1]
        raws = [octets_of(office, digest) for _, digest in held]
    shown, ids = [], dict[str, str]()
    for number, ((title, digest), raw) in enumerate(zip(held, raws, strict=True)):
        text = text_of(web, digest, raw)
        passages = [passage for field in fields for passage in field.sources if number == 0]
        places = [(passage, text.find(passage)) for passage in dict.fromkeys(passages) if passage]
        marked, found = highlighted(text, [(one, (at, at + len(one))) for one, at in places if at >= 0])
        ids |= found
        shown.append((title, digest, marked))
    return web.page(request, "papers.html", name=name, fields=fields, papers=shown, ids=ids, by=by)


@get("/matters/{name:str}/papers/{number:str}", sync_to_thread=True)
def save(request: Asking, name: FromPath[str], number: FromPath[str]) -> Response[Any]:
    """One of a matter's papers, to be saved."""
    with web_of(request).house.opened() as office:
        held = demand_of(load(office, name)).papers
        if number not in map(str, range(len(held))):
            raise NotAPage(path=request.url.path)
        title, digest = held[int(number)]
        return saved(title, octets_of(office, digest))


HANDLERS: Final = (papers, save)
