"""A device that keeps passkeys, as the standard describes one (WebAuthn level 2, "none" attestation, ES256).

It signs as a telephone or a security key does, so that tests without a browser go through the same checks; the tests
with a browser use Chromium's own.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def octets(said: str) -> bytes:
    return urlsafe_b64decode(said + "=" * (-len(said) % 4))


@dataclass
class Device:
    """One person's device; `origin` is where its browser stands."""

    origin: str
    verifies: bool = True
    keys: dict[str, tuple[ec.EllipticCurvePrivateKey, int]] = field(default_factory=dict)

    def make(self, options: str) -> str:
        """Answer `navigator.credentials.create`."""
        asked = json.loads(options)
        key, id = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.keys[text(id)] = (key, 0)
        point = key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(id).to_bytes(2, "big") + id + cbor2.dumps(cose)
        data = self._data(asked["rp"]["id"], 0, ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked)
        return self._answer(id, {"clientDataJSON": text(client), "attestationObject": text(attestation)})

    def sign(self, options: str, id: str = "", counter: int | None = None) -> str:
        """Answer `navigator.credentials.get`."""
        asked = json.loads(options)
        id = id or next(iter(self.keys))
        key, before = self.keys[id]
        now = before + 1 if counter is None else counter
        self.keys[id] = (key, now)
        data, client = self._data(asked["rpId"], now), self._client("webauthn.get", asked)
        signed = key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signed}
        return self._answer(octets(id), {name: text(raw) for name, raw in parts.items()})

    def _data(self, party: str, counter: int, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return sha256(party.encode()).digest() + bytes([flags]) + counter.to_bytes(4, "big")

    def _client(self, kind: str, asked: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, id: bytes, response: dict[str, str]) -> str:
        return json.dumps({"id": text(id), "rawId": text(id), "type": "public-key", "response": response})
