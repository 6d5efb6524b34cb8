"""Files that go along with letters: small, whole and readable by the programs that open such files.

Nothing here is compressed (zlib's output differs between its makes), so the octets are the same everywhere.
"""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime

from comity.sim.chance import Chance


def pdf(lines: list[str]) -> bytes:
    """A one-page PDF 1.4 with the lines set in Helvetica, as invoicing programs write them."""
    shown = "".join(f"({line.translate(_ESCAPED)}) Tj T*\n" for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 64 770 Td\n{shown}ET\n".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


_ESCAPED = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})


def invoice(chance: Chance, reference: str, payee: str) -> bytes:
    """An invoice as a PDF: a few lines of stock numbers, amounts and a total."""
    amounts = [chance.between(1200, 480_000) for _ in range(chance.between(2, 7))]
    rows = [f"{_stock(chance)}   {chance.between(1, 90)} ctn   {cents / 100:>10.2f}" for cents in amounts]
    head = [payee, "", f"INVOICE {reference}", f"Page 1 of 1   VAT {chance.between(1000000, 9999999)}", ""]
    return pdf([*head, *rows, "", f"Total EUR {sum(amounts) / 100:.2f}", "Payable within 30 days net."])


def _stock(chance: Chance) -> str:
    return f"{chance.of('KLMT')}{chance.between(1000, 9999)}"


def table(chance: Chance) -> bytes:
    """A stock list as a semicolon-separated table with CRLF line ends, as spreadsheets write it."""
    rows = [
        f"{_stock(chance)};{chance.below(400)};{chance.between(90, 9900) / 100:.2f}"
        for _ in range(chance.between(6, 24))
    ]
    return "\r\n".join(["sku;qty;price", *rows, ""]).encode("ascii")


def png(chance: Chance, side: int = 20) -> bytes:
    """A square picture in true colour: a smooth gradient between two drawn colours."""
    left, right = ([chance.below(256) for _ in range(3)] for _ in range(2))
    pairs, last = list(zip(left, right, strict=True)), side - 1
    row = b"\0" + bytes((a * (last - x) + b * x) // last for x in range(side) for a, b in pairs)
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", _stored(row * side)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def _chunk(named: tuple[bytes, bytes]) -> bytes:
    kind, data = named
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _stored(data: bytes) -> bytes:
    """`data`, under 64 KiB, as a zlib stream of one block that is stored and not compressed."""
    assert len(data) < 65536, "one stored block holds no more"
    length = struct.pack("<HH", len(data), len(data) ^ 0xFFFF)
    return b"\x78\x01\x01" + length + data + struct.pack(">I", zlib.adler32(data))


def calendar(uid: str, title: str, start: int, organizer: str) -> str:
    """An invitation of one hour (RFC 5545, method REQUEST), lines ending in CRLF; `start` in seconds since 1970."""
    stamp = "%Y%m%dT%H%M%SZ"
    begins, ends = (datetime.fromtimestamp(at, UTC).strftime(stamp) for at in (start, start + 3600))
    lines = (
        "BEGIN:VCALENDAR", "PRODID:-//Meridian Mail//Calendar 2.1//EN", "VERSION:2.0", "METHOD:REQUEST", "BEGIN:VEVENT",
        f"UID:{uid}", f"DTSTAMP:{begins}", f"DTSTART:{begins}", f"DTEND:{ends}", f"SUMMARY:{title}",
        f"ORGANIZER:mailto:{organizer}", "SEQUENCE:0", "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines)
