"""What any face for programs says when something is wrong: a problem (RFC 9457) with remedy and faults."""

from __future__ import annotations

from collections.abc import Mapping
from re import sub
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec

from comity.errors import ComityError
from comity.kernel.words import Fault
from comity.web.pace import TooOften
from comity.web.problem import JSON, Problem

STATUS: Final = {2: 422, 3: 503, 4: 422, 5: 409, 6: 409, 7: 503}
UNREAD: Final = ("the request could not be read", "mend what is named, or see the description")
WORDS: Final = {
    404: ("there is nothing at this address", "see /api/openapi.json for what there is"),
    405: ("this address cannot be asked that way", "see /api/openapi.json for how it can"),
    413: ("what was sent is too long", "send less; the limits stand in office.toml"),
    415: ("what was sent is not JSON", "send it as application/json"),
}


class NoBearer(HTTPException):
    """There is no token, or none that lives."""

    status_code = 401


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The problems that an address may answer with, for the description."""
    every = sorted({400, 401, 403, 404, 422, 429, 500, 503, *statuses})
    return {one: ResponseSpec(Problem, generate_examples=False, media_type=JSON, description="") for one in every}


READS: Final = problems(405, 409)
ACTS: Final = problems(405, 409, 412, 413, 415, 428)


def octets(media: str, says: str) -> dict[int, ResponseSpec]:
    """An answer that is octets, and what they are."""
    return {200: ResponseSpec(bytes, generate_examples=False, media_type=media, description=says)}


def done(made: type[Any], responses: Mapping[int, ResponseSpec] = ACTS) -> dict[int, ResponseSpec]:
    """What an act may be answered with."""
    return {**responses, 201: ResponseSpec(made, generate_examples=False, description="done")}


def said(status: int, problem: Problem, **heads: str) -> Response[Problem]:
    """A problem as an answer."""
    told = {name.replace("_", "-"): value for name, value in heads.items()}
    return Response(problem, status_code=status, media_type=JSON, headers=told)


def refusal(
    error: ComityError, kinds: Mapping[type[ComityError], int], faults: tuple[Any, ...] = ()
) -> Response[Problem]:
    """What the house refuses; `kinds` says with what status, where its exit code does not."""
    status = 429 if isinstance(error, TooOften) else kinds.get(type(error), STATUS.get(error.exit_code, 400))
    name = sub("(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    wait = {503: "5", 429: str(error.fields.get("seconds", ""))}.get(status, "")
    heads = {"retry_after": wait} if wait else {}
    return said(status, Problem.about(status, error.message, error.remedy, faults, name), **heads)


def no_token(remedy: str) -> Response[Problem]:
    """What somebody without a token is told."""
    return said(401, Problem.about(401, "there is no token, or it has ended", remedy), www_authenticate="Bearer")


def unread(error: HTTPException, words: Mapping[int, tuple[str, str]] = WORDS) -> Response[Problem]:
    """What could not be read, is not there, or cannot be asked so."""
    says, remedy = words.get(error.status_code, UNREAD)
    extra = error.extra if isinstance(error, ValidationException) and isinstance(error.extra, list) else []
    rows = [one if isinstance(one, dict) else {"message": str(one)} for one in extra]
    faults = tuple(_unfit(str(row.get("key", row.get("source", "body"))), str(row.get("message", ""))) for row in rows)
    if not faults and error.status_code == 400:
        faults = (_unfit("request", str(error.detail)),)
    heads = {"allow": (error.headers or {}).get("allow", "GET")} if error.status_code == 405 else {}
    return said(error.status_code, Problem.about(error.status_code, says, remedy, faults), **heads)


def _unfit(where: str, what: str) -> Fault:
    return Fault("not-as-described", where, what, "send it as /api/openapi.json describes it")


def defect(request: Request[Any, Any, Any]) -> Response[Problem]:
    """What is said of a defect, whose kind the log has."""
    id = str(request.scope.get("comity.id", ""))
    says = "comity itself failed at this; what you sent may or may not have been done"
    return said(500, Problem.about(500, says, f"look whether it was done; report it as request {id}"))
