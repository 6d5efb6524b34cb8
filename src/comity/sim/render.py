"""A planned message as the octets that its sender's program writes, and the trace that delivery puts on top."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape

from comity.sim import attachments
from comity.sim.chance import Chance
from comity.sim.octets import (
    Part,
    Style,
    attached,
    enclosed,
    fitting,
    flowed,
    headed,
    mailbox,
    mailboxes,
    multipart,
    text_part,
    words,
)
from comity.sim.people import DOMAIN, Account
from comity.sim.phrases import tongue
from comity.sim.post import Message, zone

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAILERS = (
    ("User-Agent: Heron/17.0.6 (X11)", "Message-ID Date From * MIME-Version To Subject References In-Reply-To"),
    ("X-Mailer: Postbag 14.0.6112", "From To References In-Reply-To Subject Date Message-ID MIME-Version *"),
    ("X-Mailer: Meridian Webmail 4.2", "MIME-Version In-Reply-To References Date Message-ID Subject From To *"),
    ("X-Mailer: Lakeside Mail (2.1510)", "From * Date Subject To In-Reply-To References Message-Id Mime-Version"),
    ("", "Date From To Message-ID Subject MIME-Version In-Reply-To References"),
)  # fmt: skip
_STYLE = (
    '<style type="text/css">\nbody { font-family: Calibri, Arial, sans-serif; font-size: 11pt; color: #1f1f1f; }\n'
    "p { margin: 0 0 8pt 0; }\nblockquote { border-left: 2px solid #8a8a8a; padding-left: 8pt; }\n</style>\n"
)


def stamp(moment: int, place: str) -> str:
    """A moment (seconds since 1970) as a Date field has it, in the offset of a time zone."""
    at = datetime.fromtimestamp(moment, zone(place))
    offset = at.utcoffset()
    assert offset is not None, "a moment with a zone has an offset"
    minutes = offset // timedelta(minutes=1)
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    day = f"{_WEEKDAYS[at.weekday()]}, {at.day:2d} {_MONTHS[at.month - 1]} {at.year}"
    return f"{day} {at.hour:02d}:{at.minute:02d}:{at.second:02d} {sign}{minutes // 60:02d}{minutes % 60:02d}"


def core(message: Message) -> bytes:
    """The message as its sender's program hands it over: header block and body, the same in every copy."""
    chance = Chance(0x5EED0000 + message.number)
    style = _style(message, chance)
    more, part = _SHAPES[message.shape](message, style, chance)
    program, order = _MAILERS[message.sender.mailer]
    fields = {
        "Date": stamp(message.sent, message.sender.zone) if message.odd.date is None else message.odd.date,
        "From": mailbox(message.sender, style.charset),
        "To": mailboxes(message.to, style.charset),
        "Subject": words(message.subject, style.charset),
        "Message-ID": message.message_id,
        "MIME-Version": "1.0",
        "In-Reply-To": message.answers.message_id if message.answers else "",
        "References": "\n ".join(message.references),
        "*": program.partition(": ")[2],
    }
    spelt = {"Message-Id": "Message-ID", "Mime-Version": "MIME-Version"}
    lines = [(name, fields[spelt.get(name, name)]) for name in order.split()]
    named = [f"{program.partition(':')[0] if name == '*' else name}: {value}" for name, value in lines if value]
    return headed([*named, *more], part)


def trace(message: Message, account: Account, folder: str, delivered: int) -> bytes:
    """What delivery to `account` puts on top of the message: nothing where it was filed as sent."""
    if folder in ("Sent", "Drafts"):
        return b""
    chance = Chance(delivered * 8191 + message.number)
    site, place = ("dub", "Europe/Dublin") if account.store.startswith("dublin") else ("qcy", "America/Los_Angeles")
    domain = message.sender.domain
    out = f"smtp.{site}.{DOMAIN}" if domain == DOMAIN else f"out{chance.between(1, 4)}.{domain}"
    mx, store = f"mx{chance.between(1, 3)}.{site}.{DOMAIN}", f"{account.store}.{DOMAIN}"
    bounced = "" if message.shape in ("bounce", "away") else message.sender.address
    lines = [
        f"Return-Path: <{bounced}>",
        f"Delivered-To: {account.address}",
        f"Received: from {mx} ({_ip('192.0.2', mx)})\n\tby {store} with LMTP id {chance.hex(12)}\n\t"
        f"for <{account.address}>; {stamp(delivered, place)}",
        f"Received: from {out} ({out} [{_ip('198.51.100', domain)}])\n\t"
        f"by {mx} with ESMTPS id {chance.hex(10).upper()}\n\tfor <{account.address}>; {stamp(delivered - 1, place)}",
        f"Received: from [{_ip('203.0.113', message.sender.address)}] (port={chance.between(1025, 65000)})\n\t"
        f"by {out} with ESMTPSA id {chance.hex(8)}; {stamp(message.sent + 1, message.sender.zone)}",
    ]
    if chance.odds(40):
        lines.append(f"X-Spam-Score: {chance.between(-49, 31) / 10:.1f}")
    return "\n".join(lines).encode() + b"\n"


def _ip(network: str, host: str) -> str:
    """An address of a documentation network (RFC 5737), the same for the same host."""
    return f"{network}.{zlib.crc32(host.encode()) % 253 + 1}"


def _style(message: Message, chance: Chance) -> Style:
    text = message.text + message.subject
    charset = fitting(text, message.odd.charset or chance.weighted(tongue(message.code).charsets))
    if message.odd.encoding:
        return Style(charset, message.odd.encoding)
    if charset == "iso-2022-jp" or message.text.isascii():
        return Style(charset, chance.weighted((("7bit", 76), ("quoted-printable", 18), ("base64", 6))))
    return Style(charset, chance.weighted((("8bit", 60), ("quoted-printable", 24), ("base64", 16))))


Shaped = tuple[list[str], Part]


def _boundary(chance: Chance) -> str:
    return f"{chance.of(('----=_Part_', '=-', '------------', 'b1_'))}{chance.hex(12)}{chance.hex(8)}"


def _plain(message: Message, style: Style, chance: Chance) -> Shaped:
    return [], text_part(message.text, style)


def _flowed(message: Message, style: Style, chance: Chance) -> Shaped:
    if style.encoding not in ("7bit", "8bit"):
        return _plain(message, style, chance)
    return [], text_part(flowed(message.text), Style(style.charset, style.encoding, flowed=True))


def _html(message: Message, style: Style, chance: Chance) -> Part:
    """The text as HTML; half of the Western programs write accented letters as entities."""
    paragraphs = (
        escape(message.text).strip().replace("\n\n", "</p>\n<p>").replace("\n", "<br>\n").replace("</p><br>", "</p>")
    )
    head = f"<html><head><title>{escape(message.subject)}</title>\n{_STYLE}</head>\n"
    page = f"{head}<body>\n<p>{paragraphs}</p>\n</body></html>\n"
    if style.charset in ("iso-8859-1", "windows-1252") and chance.odds(50):
        page = "".join(letter if letter < "\x80" else f"&#{ord(letter)};" for letter in page)
    return text_part(page, style, "html")


def _only_html(message: Message, style: Style, chance: Chance) -> Shaped:
    return [], _html(message, style, chance)


def _alternative(message: Message, style: Style, chance: Chance) -> Shaped:
    both = (text_part(message.text, style), _html(message, style, chance))
    return [], multipart("alternative", both, _boundary(chance))


def _mixed(message: Message, style: Style, chance: Chance) -> Shaped:
    files = [_file(message.sender.domain, chance) for _ in range(chance.between(1, 2))]
    parts = (text_part(message.text, style), *files)
    return [], multipart("mixed", parts, _boundary(chance), b"This is a multi-part message in MIME format.\n")


def _file(payee: str, chance: Chance) -> Part:
    number = str(chance.between(10000, 99999))
    match chance.weighted((("pdf", 55), ("png", 25), ("csv", 20))):
        case "pdf":
            return attached(f"{number}.pdf", "application/pdf", attachments.invoice(chance, number, payee))
        case "png":
            return attached(f"IMG_{number}.png", "image/png", attachments.png(chance))
        case _:
            return attached(f"stock-{number}.csv", "text/csv", attachments.table(chance))


def _forward(message: Message, style: Style, chance: Chance) -> Shaped:
    assert message.encloses is not None, "a forwarding encloses something"
    parts = (text_part(message.text, style), enclosed(core(message.encloses)))
    return [], multipart("mixed", parts, _boundary(chance))


def _list(message: Message, style: Style, chance: Chance) -> Shaped:
    name = message.to[0].name
    more = [
        f"List-Id: <{name}.lists.example.org>",
        f"List-Unsubscribe: <mailto:{name}-request@lists.example.org?subject=unsubscribe>",
        f"List-Post: <mailto:{name}@lists.example.org>",
        f"Sender: {name}-bounces@lists.example.org",
        "Precedence: list",
    ]
    return more, text_part(message.text, style)


def _newsletter(message: Message, style: Style, chance: Chance) -> Shaped:
    token = chance.hex(12)
    more = [f"List-Unsubscribe: <https://{message.sender.domain}/off/{token}>", "Precedence: bulk"]
    shape = _only_html if chance.odds(60) else _alternative
    return more, shape(message, style, chance)[1]


def _invite(message: Message, style: Style, chance: Chance) -> Shaped:
    start = message.sent // 3600 * 3600 + chance.between(20, 300) * 3600
    event = attachments.calendar(message.message_id[1:-1], message.subject, start, message.sender.address)
    parts = (text_part(message.text, style), text_part(event, Style("utf-8", "base64"), "calendar", "; method=REQUEST"))
    return [], multipart("alternative", parts, _boundary(chance))


def _away(message: Message, style: Style, chance: Chance) -> Shaped:
    return ["Auto-Submitted: auto-replied", "Precedence: bulk"], text_part(message.text, style)


def _bounce(message: Message, style: Style, chance: Chance) -> Shaped:
    """A delivery status notification (RFC 3464) with the header block of what was not delivered."""
    assert message.answers is not None, "a bounce answers something"
    lost = message.answers
    recipient = f"Final-Recipient: rfc822; {lost.to[0].address}\nAction: failed\nStatus: 5.1.1\n"
    status = f"Reporting-MTA: dns; mx.{message.sender.domain}\n\n{recipient}"
    original = core(lost).partition(b"\n\n")[0] + b"\n"
    parts = (
        text_part(message.text, style),
        Part(("Content-Type: message/delivery-status",), status.encode()),
        Part(("Content-Type: text/rfc822-headers",), original),
    )
    return ["Auto-Submitted: auto-replied"], multipart("report; report-type=delivery-status", parts, _boundary(chance))


_SHAPES: dict[str, Callable[[Message, Style, Chance], Shaped]] = {
    "plain": _plain,
    "flowed": _flowed,
    "alternative": _alternative,
    "html": _only_html,
    "mixed": _mixed,
    "forward": _forward,
    "list": _list,
    "newsletter": _newsletter,
    "invite": _invite,
    "away": _away,
    "bounce": _bounce,
}
