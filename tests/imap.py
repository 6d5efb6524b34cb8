"""A real mail server (pymap) on a free port of this machine, with a folder to which messages are added as they come."""

from __future__ import annotations

import asyncio
import imaplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USER, PASSWORD = "courts", "not to be seen"


@dataclass
class Server:
    """The server: where it listens."""

    port: int

    @contextmanager
    def speaking(self) -> Iterator[imaplib.IMAP4]:
        """Somebody else who uses the mailbox."""
        with imaplib.IMAP4("127.0.0.1", self.port, 10) as line:
            line.login(USER, PASSWORD)
            yield line

    def put(self, *messages: bytes, folder: str = "INBOX") -> None:
        """Messages come in."""
        with self.speaking() as line:
            for raw in messages:
                assert line.append(folder, "", "", raw)[0] == "OK"

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        """What is marked on each message."""
        with self.speaking() as line:
            line.select(folder, readonly=True)
            return [one for one in line.uid("FETCH", "1:*", "(FLAGS)")[1] if isinstance(one, bytes)]

    def remade(self, folder: str) -> None:
        """A folder is taken away and made anew: its numbers begin again under another UIDVALIDITY."""
        with self.speaking() as line:
            line.delete(folder)
            assert line.create(folder)[0] == "OK"


@contextmanager
def server(*more: str) -> Iterator[Server]:
    """The server, ended again whatever happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [*(more or ("--no-tls",)), "--no-service", "admin", "--no-service", "managesieve", "--no-service", "sieve"]
    start = "from pymap.main import main; main()"
    command = [sys.executable, "-c", start, "--host", "127.0.0.1", "--port", str(port), *line, "dict",
               "--demo-user", USER, "--demo-password", PASSWORD]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, running)
        yield Server(port)
    finally:
        running.terminate()
        running.wait(10)


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert running.poll() is None, "the mail server ended by itself"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("the mail server does not listen")


def certificate(folder: Path, name: str = "127.0.0.1") -> tuple[Path, Path]:
    """A certificate of the server's own, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    made = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
    cert = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, SHA256())
    folder.mkdir(exist_ok=True)
    paths = folder / "mail.pem", folder / "mail.key"
    paths[0].write_bytes(cert.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@contextmanager
def behind_tls(at: Server, cert: Path, key: Path) -> Iterator[int]:
    """A port on which everything is encrypted from the first octet, before the server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    loop, ready = asyncio.new_event_loop(), list[int]()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", at.port)

        async def one_way(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                while octets := await source.read(65536):
                    into.write(octets)
                    await into.drain()
            with suppress(OSError):
                into.close()

        await asyncio.gather(one_way(reader, outer), one_way(inner, writer))

    async def listen() -> None:
        made = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
        ready.append(made.sockets[0].getsockname()[1])

    loop.run_until_complete(listen())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
