"""Whether a demand is genuine: what was found and recorded, what can be looked at now, the call back. No score.

Papers are opened without the desk being held up: whoever sends a bomb makes nobody wait but themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from comity.desk import authenticity as desk
from comity.desk.agencies import Agency, agencies
from comity.desk.authenticity import Call, Examined, Message
from comity.desk.demand import findings
from comity.desk.matter import demand_of, load
from comity.desk.office import Office
from comity.desk.roles import why_not
from comity.errors import ComityError
from comity.kernel.demand import authentic
from comity.kernel.matter import Event
from comity.web.acts import text, texts
from comity.web.app import Asking, Form, Page, Trouble, Web, at_matter, web_of

MOST_BYTES: Final = desk.MOST + (1 << 20)
"""What the form with a message may hold: the message, the answers of the DNS, and what wraps them."""
Files = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
WEIGHS: Final = {"yes": "supports", "no": "speaks against", "unclear": "says nothing"}
SIGNS: Final = {"supports": "✓", "speaks against": "✗"}
HOW: Final = {"directory": "our own directory", "public": "a public record", "demand": "the demand itself"}


@dataclass(frozen=True)
class Told:
    """A finding that was recorded, as the page shows it."""

    event: Event
    weighs: str
    how: str
    looked: tuple[tuple[str, str], ...]


@get("/matters/{name:str}/authenticity", sync_to_thread=True)
def authenticity(request: Asking, name: FromPath[str], look: FromQuery[str] = "") -> Page:
    """The findings that were recorded; with `look`, all that can be found now."""
    return _shown(request, name, look=bool(look))


def _shown(
    request: Asking, name: str, error: Trouble | None = None, look: bool = False, typed: dict[str, Any] | None = None
) -> Page:
    web = web_of(request)
    at = web.now()
    with web.house.opened() as office:
        matter = load(office, name).as_known(at)
        demand, known = demand_of(matter), findings(matter)
        genuine, why = authentic(demand, known)
        told = [_told(office, event) for event in matter.of("finding")]
        brought = [event for event in matter.of("filing") if event.get("message")]
        lies = desk.among(office, demand) if not brought else None
        acts = not why_not(office.settings.people[request.user.person], "event")
        numbers = list(_numbers(agencies(office).values(), demand.served))
    found, trouble = _found(web, name) if look else (None, None)
    return web.page(
        request, "authenticity.html", error=error or trouble, name=name, demand=demand, genuine=genuine, why=why,
        kept=told, signs=SIGNS, groups=found.groups if found else [], looked=found is not None,
        bare=found.bare if found else "",
        brought=brought, lies=lies.name if lies else "", numbers=numbers,
        acts=acts, recorded={one.event.says for one in told}, typed=typed or {}, most=desk.MOST >> 20,
    )  # fmt: skip


def _told(office: Office, event: Event) -> Told:
    how = HOW.get(event.get("contact"), event.get("contact"))
    return Told(event, WEIGHS.get(event.get("supports"), "says nothing"), how, desk.looked_at(office, event))


def _numbers(listed: Iterable[Agency], served: datetime) -> Iterable[tuple[str, str]]:
    for agency in listed:
        yield from ((way.value, agency.name) for way in agency.ways("telephone", served))


def _found(web: Web, name: str) -> tuple[Examined | None, Trouble | None]:
    """Everything that can be found now, or why not; others are at the desk meanwhile."""
    with web.house.opened() as held:
        office = held.again()
    try:
        return desk.examine(office, name, web.now()), None
    except ComityError as error:
        return None, Trouble.of(error)
    finally:
        office.close()


@post("/matters/{name:str}/authenticity/message", sync_to_thread=True, request_max_body_size=MOST_BYTES)
def send_message(request: Asking, name: FromPath[str], data: Files) -> Page:
    """Put in the message that brought the demand; it is opened before anybody else has to wait for it."""
    web = web_of(request)
    ready = _ready(web, name, data)

    def do(office: Office, at: datetime) -> tuple[str, str]:
        office.may(request.user.person, "event")
        if isinstance(ready, ComityError):
            raise ready
        desk.bring(office, name, ready, request.user.person, at)
        return f"{at_matter(name)}/authenticity?look=1#found", f"{ready.name} is kept as it came. This is what it says."

    return web.act(request, data, do, lambda trouble: _shown(request, name, trouble))


def _ready(web: Web, name: str, data: dict[str, Any]) -> Message | ComityError:
    """The message that was sent, else the one that came with the papers, opened apart; or why it cannot be put in."""
    message, dns = data.get("message"), data.get("dns")
    octets = message.file.read() if isinstance(message, UploadFile) else b""
    answers = dns.file.read() if isinstance(dns, UploadFile) else b""
    title = message.filename if isinstance(message, UploadFile) else ""
    try:
        if not octets and (lies := _lies(web, name)):
            title, octets = lies.name, lies.octets
        plain = "".join(c for c in title if c.isprintable())[:200] or "the message"
        return desk.ready(plain, octets, answers or b'{"answers": {}}', web.now(), text(data, "live") == "yes")
    except ComityError as error:
        return error


def _lies(web: Web, name: str) -> Message | None:
    with web.house.opened() as office:
        return desk.among(office, demand_of(load(office, name)))


@post("/matters/{name:str}/authenticity/record", sync_to_thread=True)
def send_findings(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Record the findings that were chosen, with their evidence."""
    web = web_of(request)
    found, trouble = _found(web, name)

    def do(office: Office, at: datetime) -> tuple[str, str]:
        assert found is not None
        made = desk.record_found(office, name, found, request.user.person, texts(data, "only"))
        return f"{at_matter(name)}/authenticity", f"Recorded: {len(made)}. Each keeps what it stands on."

    if found is None:
        return _shown(request, name, trouble)
    return web.act(request, data, do, lambda trouble: _shown(request, name, trouble, look=True))


@post("/matters/{name:str}/authenticity/call", sync_to_thread=True)
def send_call(request: Asking, name: FromPath[str], data: Form) -> Page:
    """Record a call back to the authority on our directory's own number."""

    def do(office: Office, at: datetime) -> tuple[str, str]:
        call = Call(text(data, "number"), text(data, "reached"), text(data, "stands"))
        desk.call_back(office, name, call, request.user.person, at)
        return f"{at_matter(name)}/authenticity", "The call is recorded."

    return web_of(request).act(request, data, do, lambda trouble: _shown(request, name, trouble, typed=data))


HANDLERS: Final = (authenticity, send_message, send_findings, send_call)
