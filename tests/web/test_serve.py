"""Serving as a process: what it says when it begins, when it cannot, and how it ends."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.web.test_browser import COMITY, serving

from comity.web import serve
from comity.web.serve import Address, NoName, NoServer, NotAnAddress, listen, local


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run((*COMITY, *map(str, words)), capture_output=True, text=True, timeout=60)


def test_it_prints_links_serves_and_ends_cleanly(root: Path) -> None:
    process, said = serving(root, "--as", "clerk", "--as", "counsel")
    first, *links = re.findall(r"http://\S+", said)
    assert len(links) == 2 and all(link.startswith(f"{first}/sign-in/") for link in links)
    with httpx.Client(timeout=60) as client:
        for link in links:
            assert client.post(f"{link}/use").status_code == 303
        assert client.get(f"{first}/").status_code == 200
        made = run("link", "clerk", "--office", root, "--json")
        assert made.returncode == 0 and f"{first}/sign-in/" in made.stdout
        assert run("link", "stranger", "--office", root).returncode == 5
    taken = run("serve", "--office", root, "--port", first.rpartition(":")[2])
    assert taken.returncode == 3 and "something else listens there" in taken.stderr and "--port" in taken.stderr
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=20)[0]
    assert process.returncode == 0 and rest.strip() == "The desk is closed."
    closed = run("link", "clerk", "--office", root)
    assert closed.returncode == 5 and "comity serve" in closed.stderr


def test_it_begins_only_for_who_works_here_and_where_an_office_is(root: Path, tmp_path: Path) -> None:
    assert run("serve", "--office", root, "--as", "stranger").returncode == 5
    assert run("serve", "--office", tmp_path / "none").returncode == 2


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: None)
    with pytest.raises(NoServer) as told:
        listen("127.0.0.1", 0)
    assert "comity[web]" in told.value.remedy


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_it_must_know_its_own_name(host: str) -> None:
    with pytest.raises(NoName):
        listen(host, 0)


def test_it_answers_to_its_own_names_alone() -> None:
    assert Address("127.0.0.1", 8400).hosts == {"127.0.0.1:8400", "localhost:8400", "[::1]:8400"}
    assert Address("desk.example", 8400).hosts == {"desk.example:8400"}
    assert Address("desk.example", 80).hosts == {"desk.example", "desk.example:80"}
    assert Address("::1", 8400).url == "http://[::1]:8400" and "[::1]:8400" in Address("::1", 8400).hosts
    assert Address("127.0.0.1", 8400).url == "http://localhost:8400", "no passkey can be bound to a number"
    assert local("127.0.0.9") and local("localhost") and not local("10.0.0.1") and not local("desk.example")


def test_behind_a_proxy_it_answers_to_the_proxys_name_alone() -> None:
    at = Address("127.0.0.1", 8400, "https://Desk.example/")
    assert (at.url, at.hosts) == ("https://Desk.example", {"desk.example"})


@pytest.mark.parametrize("behind", ["http://desk.example", "desk.example", "https://", "https://desk.example/a", "x"])
def test_a_proxy_has_an_https_address(behind: str) -> None:
    with pytest.raises(NotAnAddress):
        Address("127.0.0.1", 8400, behind)


def test_nothing_heavy_is_loaded_before_serving() -> None:
    heavy = "('litestar', 'uvicorn', 'jinja2')"
    code = f"import sys; from comity.cli import rooms; rooms.load(); print([m for m in {heavy} if m in sys.modules])"
    said = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(serve.PortTaken) as told:
        listen("127.0.0.1", taken.getsockname()[1])
    assert "--port" in told.value.remedy
