"""A program at the desk: a token, and requests as one would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from litestar.testing import TestClient
from tests.web.office import HOST, MATTER

from comity.web.app import Web, application
from comity.web.serve import handlers
from comity.web.tokens import make_token

V1 = "/api/v1"
AT = f"{V1}/matters/{MATTER}"


@dataclass
class Program:
    """A program that acts for one person."""

    web: Web
    person: str = "clerk"
    client: TestClient = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(application(self.web, [HOST], handlers()), base_url=f"http://{HOST}")  # type: ignore[arg-type]
        with self.web.house.opened() as office:
            self.token, _ = make_token(office, self.person, self.web.now())

    def get(self, path: str, **heads: str) -> httpx.Response:
        return self.client.get(path, headers=self.heads(heads))

    def post(self, path: str, body: object, **heads: str) -> httpx.Response:
        return self.client.post(path, json=body, headers=self.heads(heads))

    def heads(self, more: dict[str, str]) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} | {name.replace("_", "-"): v for name, v in more.items()}

    def act(self, what: str, body: object, **heads: str) -> httpx.Response:
        """An act on the matter as this program has just read it."""
        return self.post(f"{AT}/{what}", body, **{"if_match": self.etag} | heads)

    def of(self, person: str) -> Program:
        """Another person's program at the same desk."""
        return Program(self.web, person)

    @property
    def matter(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get(AT).json()
        return found

    @property
    def etag(self) -> str:
        return self.get(AT).headers["etag"]
