"""The description of the API (OpenAPI 3.1) at `/api/openapi.json`: made of the handlers and their types."""

from __future__ import annotations

from typing import Any, Final

from litestar import Router
from litestar.enums import MediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from comity.web.pages import render

VERSION: Final = "1"
ABOUT: Final = (
    "What the desk shows and does, for programs. A token stands for one person of the office, made by "
    "`comity token PERSON`. An act on a matter names by If-Match what its sender had seen; with an Idempotency-Key "
    "it is done once however often it is sent. What is not done is told as application/problem+json."
)


class Described(JsonRenderPlugin):
    """The description as JSON; a body takes no key that it does not name."""

    def render(self, request: Any, openapi_schema: dict[str, Any]) -> bytes:
        """The whole of it."""
        return super().render(request, closed(openapi_schema))


class Plain(OpenAPIRenderPlugin):
    """The description on a page."""

    def render(self, request: Any, openapi_schema: dict[str, Any]) -> bytes:
        """Every address with what it does."""
        own = {"office": request.scope["comity.web"].people()[0], "person": None, "told": (), "error": None, "here": ""}
        return render("api.html", acts=listed(openapi_schema), about=openapi_schema["info"], **own).encode()


def listed(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every act with its address."""
    every = schema["paths"].items()
    return [(method.upper(), path, act) for path, acts in every for method, act in acts.items()]


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The description with every body closed to keys that it does not name."""
    names = schema["components"]["schemas"]
    for path in schema["paths"].values():
        for operation in path.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            _close(body, names)
    return schema


def _close(part: Any, names: dict[str, Any]) -> None:
    if isinstance(part, list):
        for one in part:
            _close(one, names)
    elif isinstance(part, dict):
        found = names.get(str(part.get("$ref", "")).rpartition("/")[2], part)
        if "properties" in found:
            found["additionalProperties"] = False
        for one in found.values():
            if isinstance(one, dict | list):
                _close(one, names)


def described(title: str, about: str, made: str, page: OpenAPIRenderPlugin) -> OpenAPIConfig:
    """How Litestar is to describe a face for programs; `made` says how one comes by a token."""
    scheme = SecurityScheme(type="http", scheme="bearer", description=made)
    return OpenAPIConfig(
        title=title,
        version=VERSION,
        description=about,
        use_handler_docstrings=True,
        components=Components(security_schemes={"token": scheme}),
        security=[{"token": []}],
        openapi_router=Router("/api", route_handlers=[], opt={"public": True}, include_in_schema=False),
        render_plugins=[page, Described(path="/openapi.json", media_type=MediaType.JSON)],
    )
