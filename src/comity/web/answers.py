"""What desk and portal answer in the same way: pages, what went wrong, and the choice of a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from litestar import Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType, RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.params import Body

from comity.errors import ComityError
from comity.web.pace import TooOften
from comity.web.tongue import COOKIE as LANGUAGE
from comity.web.tongue import Said, current, languages, ours

YEAR: Final = 366 * 24 * 60 * 60
"""For how long a browser keeps the language that was chosen, in seconds."""
STATUS: Final = {2: 404, 3: 503, 4: 422, 5: 403, 6: 409, 7: 503}
"""What a page is answered with when the house refuses, by the exit code of the command line."""
Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
Page = Response[str]
Answer = TypeVar("Answer", bound=Response[Any])


class NotSignedIn(HTTPException):
    """Nobody is signed in at this browser, or the session ran out."""

    status_code = 401


class NotAPage(ComityError):
    """there is no page at `{path}`"""

    help = "begin at the first page"
    exit_code = 2


@dataclass
class Trouble:
    """What went wrong, in the words of a page."""

    message: str
    remedy: str
    faults: tuple[Any, ...] = ()
    status: int = 400

    @classmethod
    def of(cls, error: ComityError) -> Trouble:
        """A trouble of the house."""
        status = 429 if isinstance(error, TooOften) else STATUS.get(error.exit_code, 400)
        return cls(*Said.of(error), tuple(getattr(error, "faults", ())), status)


def html(text: str, status: int = 200) -> Page:
    """A page as it is sent."""
    return Response(text, status_code=status, media_type=MediaType.HTML)


def to(path: str) -> Page:
    """Off to another page, to be read by GET."""
    return Response("", status_code=303, headers={"location": path}, media_type=MediaType.HTML)


def to_script(trouble: Trouble) -> Response[Any]:
    """What went wrong, as our own script shows it, in the language of whoever is being answered."""
    own = current()
    parts = (trouble.message, *(f"{own.spoken(one.what)}: {own.spoken(one.remedy)}" for one in trouble.faults))
    says = "; ".join(own.spoken(part) for part in (*parts, trouble.remedy) if part).replace("`", "")
    return Response({"says": says[:1].upper() + says[1:] + "."}, status_code=trouble.status)


def waiting(answer: Answer, error: ComityError) -> Answer:
    """An answer that says when to come again, where that is what was wrong."""
    if isinstance(error, TooOften):
        answer.headers["retry-after"] = str(error.fields["seconds"])
    return answer


def in_language(code: str, back: str, secure: bool) -> Page:
    """Keep the language that was chosen at this browser, and go back to the page that was read."""
    if code not in languages():
        raise NotAPage(path=f"/language/{code}")
    answer = to(back if ours(back) else "/")
    answer.set_cookie(
        Cookie(key=LANGUAGE, value=code, path="/", max_age=YEAR, httponly=True, samesite="lax", secure=secure)
    )
    return answer
