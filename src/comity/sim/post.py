"""Who writes what to whom, and when: the correspondence of the simulated world, planned before a byte is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from comity.sim import phrases
from comity.sim.chance import Chance
from comity.sim.people import CUSTODIAN, DOMAIN, Account, Person, drawn, outsiders, table

DAY = 86_400
_FIRST_DAY = {year: date(year, 1, 1).toordinal() - date(1970, 1, 1).toordinal() for year in range(2010, 2018)}
_CUSTODIAN_YEARS = ((2010, 4), (2011, 10), (2012, 22), (2013, 26), (2014, 12), (2015, 10), (2016, 8), (2017, 8))
_YEARS = tuple((year, 1) for year in range(2010, 2018))
_TOPICS = {
    "person": (("private", 60), ("office", 22), ("trade", 18)),
    "business": (("trade", 66), ("office", 26), ("private", 8)),
    "public-body": (("office", 90), ("private", 10)),
    "privileged": (("office", 80), ("private", 20)),
}
_SHAPES = (("plain", 30), ("flowed", 16), ("alternative", 30), ("html", 6), ("mixed", 14))
_FOLDERS = {
    "de": ("Lieferanten", "Verträge", "Privat"),
    "fr": ("Fournisseurs", "Famille"),
    "ga": ("Soláthraithe", "Clann"),
    "es": ("Proveedores", "Familia"),
}
_LISTS = (
    ("ceramics-trade", "en", "trade"),
    ("galway-sailing", "en", "private"),
    ("fliesenhandel", "de", "trade"),
    ("comhairle", "ga", "office"),
)
_NOTICE = """\
This is an automatic message.

Reference: {ref}
Goods:     {goods} ({colour})
Amount:    {money}

From here you can follow it under your customer number.
"""


_WELCOME = """\
Dear {name},

your mailbox {address} now lies on our new system.
From today you can also file messages in folders of your own.

Meridian Mail
"""


@dataclass(frozen=True, slots=True)
class Odd:
    """What is out of the ordinary about a message.

    `date` replaces the Date field (empty: there is none); `damage` names what befell its octets; `sure` is False where
    readers may rightly differ about what its text is; `twice` has it delivered two times.
    """

    charset: str = ""
    encoding: str = ""
    date: str | None = None
    damage: str = ""
    sure: bool = True
    twice: bool = False


@dataclass(slots=True, eq=False)
class Message:
    """One message as planned: `sent` in seconds since 1970, and the `copies` as (account, folder)."""

    sent: int
    sender: Person
    to: tuple[Person, ...]
    subject: str
    text: str
    shape: str = "plain"
    code: str = ""
    number: int = 0
    message_id: str = ""
    answers: Message | None = None
    encloses: Message | None = None
    odd: Odd = Odd()
    copies: list[tuple[Account, str]] = field(default_factory=list)

    @property
    def references(self) -> tuple[str, ...]:
        """The Message-IDs of the conversation so far, oldest first."""
        earlier = self.answers
        return () if earlier is None else (*earlier.references, earlier.message_id)

    @property
    def words(self) -> str:
        """Everything a person reads in it: subject and text, and those of a message sent along."""
        inner = f"\n{self.encloses.words}" if self.encloses else ""
        return f"{self.subject}\n{self.text}{inner}"


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone; cached because every stamp asks for it."""
    return ZoneInfo(name)


class Town:
    """The people of the world and the correspondence planned so far."""

    def __init__(self, seed: int, accounts: Sequence[Account]) -> None:
        self.chance = Chance(seed)
        self.accounts = accounts
        self.by_address = {account.address: account for account in accounts}
        self.messages: list[Message] = []
        others = outsiders(seed)
        everybody = [account.person for account in accounts if account is not CUSTODIAN]
        self.circles = {a.address: self._circle(a.person, others, everybody) for a in accounts}
        share = sum(account.weight for account in accounts) * 22 // 100
        self.owners = [CUSTODIAN] * share + [a for a in accounts for _ in range(a.weight)]

    def _circle(self, person: Person, others: Sequence[Person], inside: Sequence[Person]) -> list[Person]:
        near = [other for other in others if other.tongue == person.tongue]
        circle = [*self.chance.some(others, 6), *self.chance.some(near, 8), *self.chance.some(inside, 4)]
        return [other for other in circle if other.address != person.address]

    def post(self, message: Message) -> Message:
        """Number a message, name it, and put its copies into the folders of our accounts."""
        message.number = len(self.messages)
        message.code = message.code or message.sender.tongue
        message.message_id = _message_id(self.chance, message)
        self.messages.append(message)
        if message.sender.address in self.by_address:
            message.copies.append((self.by_address[message.sender.address], "Sent"))
        for person in message.to:
            if person.address in self.by_address:
                account = self.by_address[person.address]
                message.copies.append((account, self.folder(account, message)))
        return message

    def folder(self, account: Account, message: Message) -> str:
        """Where the account's user keeps an incoming message."""
        names = _FOLDERS.get(account.person.tongue, ("Suppliers", "Family"))
        own = names[len(message.sender.address) % len(names)]
        return self.chance.weighted((("Inbox", 62), ("Archive", 22), (own, 16)))

    def moment(self, owner: Account, private: bool) -> int:
        """A moment in the owner's life with mail: mostly by day, and on working days unless it is private."""
        year = self.chance.weighted(_CUSTODIAN_YEARS if owner is CUSTODIAN else _YEARS)
        day = _FIRST_DAY[year] + self.chance.below(365)
        weekday = (day + 3) % 7
        if weekday > 4 and not private:
            day -= weekday - 4
        return day * DAY + 6 * 3600 + self.chance.below(8 * 3600) + self.chance.below(7 * 3600)


def _message_id(chance: Chance, message: Message) -> str:
    number, sent, domain = message.number, message.sent, message.sender.domain
    match message.sender.mailer:
        case 0:
            return f"<{sent:X}.{chance.between(1000000, 9099999):07d}@{domain}>"
        case 1:
            return f"<{number:06x}01c{chance.hex(5)}${chance.hex(8)}${chance.hex(8)}@{domain}>"
        case 2:
            return f"<CA{chance.hex(10)}+{number:x}={chance.hex(12)}@mail.{domain}>"
        case 3:
            return f"<{chance.hex(8)}-{chance.hex(4)}-4{chance.hex(3)}-a{chance.hex(3)}-{number:012x}@{domain}>"
        case _:
            return f"<{sent}.{number}.{chance.hex(8)}@{domain}>"


def correspondence(seed: int, count: int, accounts: Sequence[Account], scripted: Sequence[Message]) -> list[Message]:
    """The scripted messages and as many others as make `count` copies in all, in the order in which they were sent."""
    town = Town(seed, accounts)
    welcome(town)
    left = count - sum(len(message.copies) for message in scripted)
    done = 0
    while left > 0:
        town.chance.weighted(_KINDS)(town, town.chance.of(town.owners))
        for message in town.messages[done:]:
            del message.copies[left:]
            left -= len(message.copies)
        done = len(town.messages)
    planned = [message for message in (*scripted, *town.messages) if message.copies]
    return sorted(planned, key=lambda message: message.sent)


def welcome(town: Town) -> None:
    """The provider's own first message, so that no mailbox is empty."""
    sender = Person("Meridian Mail", "", f"postmaster@{DOMAIN}", "en", "Europe/Dublin", 4)
    for number, account in enumerate(town.accounts):
        text = _WELCOME.format(name=account.person.name, address=account.address)
        at = _FIRST_DAY[2010] * DAY + 8 * 3600 + number * 97
        town.post(Message(at, sender, (account.person,), "Your mailbox has moved", text, code="en"))


def _common(chance: Chance, one: Person, other: Person) -> str:
    if one.tongue == other.tongue:
        return one.tongue
    return "en" if chance.odds(70) else one.tongue


def conversation(town: Town, owner: Account) -> None:
    """A thread between the owner and somebody of their circle; now and then a third person is copied in."""
    chance = town.chance
    topic = "trade" if owner is CUSTODIAN and chance.odds(50) else chance.weighted(_TOPICS[owner.kind])
    pair = [owner.person, chance.of(town.circles[owner.address])]
    if chance.odds(50):
        pair.reverse()
    third = (chance.of(town.circles[owner.address]),) if chance.odds(8) else ()
    code = _common(chance, *pair)
    fill = phrases.slots(chance, code)
    title = phrases.subject(chance, code, topic, fill)
    earlier, at = None, town.moment(owner, topic == "private")
    for _ in range(1 + sum(chance.odds(52) for _ in range(5))):
        sender, receiver = pair
        to = tuple({p.address: p for p in (receiver, *third) if p.address != sender.address}.values())
        fill |= {"to": receiver.given, "me": sender.given}
        text = _reply(chance, topic, fill, earlier) if earlier else _opening(chance, code, topic, fill)
        prefix = "" if earlier is None else "AW: " if code == "de" else "Re: "
        shape = chance.weighted(_SHAPES)
        earlier = town.post(Message(at, sender, to, prefix + title, text, shape, code, answers=earlier))
        pair.reverse()
        at += 240 + chance.below(400) * chance.below(300)
    if chance.odds(4) and earlier:
        _away(town, earlier, fill)


def _opening(chance: Chance, code: str, topic: str, fill: dict[str, str]) -> str:
    says = chance.some(phrases.says(code, topic), chance.between(2, 6))
    return phrases.text(chance, code, [says[at : at + 3] for at in range(0, len(says), 3)], fill)


def _reply(chance: Chance, topic: str, fill: dict[str, str], earlier: Message) -> str:
    code = earlier.code
    paragraphs = [chance.some(phrases.tongue(code).lists["reply"], chance.between(1, 2))]
    if chance.odds(60):
        paragraphs.append(chance.some(phrases.says(code, topic), chance.between(1, 2)))
    when = datetime.fromtimestamp(earlier.sent, zone(earlier.sender.zone)).strftime("%d/%m/%Y %H:%M")
    quote = phrases.quoted(earlier.text, code, earlier.sender, when)
    text = phrases.text(chance, code, paragraphs, fill)
    return f"{text}\n{quote}" if chance.odds(75) else f"{quote}\n{text}"


def _away(town: Town, earlier: Message, fill: dict[str, str]) -> None:
    away = phrases.tongue(earlier.code).topics["away"]
    subject = town.chance.of(away["subjects"]).format(subject=earlier.subject)
    text = phrases.wrapped(town.chance.of(away["says"]).format_map(fill)) + "\n"
    reader = (earlier.sender,)
    town.post(Message(earlier.sent + 5, earlier.to[0], reader, subject, text, "away", earlier.code, answers=earlier))


def _bot(name: str, domain: str, country: str) -> Person:
    people, local = table("people")[country], "no-reply" if name.endswith("Orders") else "news"
    return Person(name, name, f"{local}@{domain}", people["tongues"][0][0], people["zone"], 4)


def newsletter(town: Town, owner: Account) -> None:
    """Advertising from one of the firms, in HTML."""
    chance = town.chance
    firm = chance.of(table("firms")["firm"])
    sender = _bot(f"{firm['name']} News", firm["domain"], firm["country"])
    fill = phrases.slots(chance, sender.tongue) | {"to": owner.person.given, "me": firm["name"]}
    subject = phrases.subject(chance, sender.tongue, "trade", fill)
    text = _opening(chance, sender.tongue, "trade", fill)
    town.post(Message(town.moment(owner, True), sender, (owner.person,), subject, text, "newsletter"))


def notice(town: Town, owner: Account) -> None:
    """A message that a machine wrote: an order taken, a parcel on its way."""
    chance = town.chance
    firm = chance.of(table("firms")["firm"])
    sender = _bot(f"{firm['name']} Orders", firm["domain"], firm["country"])
    fill = phrases.slots(chance, "en")
    subject = f"{chance.of(('Order', 'Receipt', 'Delivery note', 'Reminder'))} {fill['ref']}"
    text = _NOTICE.format_map(fill)
    town.post(Message(town.moment(owner, True), sender, (owner.person,), subject, text, code="en"))


def posting(town: Town, owner: Account) -> None:
    """A post to a mailing list, delivered to its subscribers among our accounts."""
    chance = town.chance
    name, code, topic = chance.of(_LISTS)
    author = drawn(chance, {"de": "DE", "ga": "IE"}.get(code, "GB"), "example.org")
    fill = phrases.slots(chance, code) | {"to": "all", "me": author.given}
    subject = f"[{name}] {phrases.subject(chance, code, topic, fill)}"
    footer = f"_______________________________________________\n{name} mailing list\n{name}@lists.example.org\n"
    text = _opening(chance, code, topic, fill) + footer
    listed = Person(name, name, f"{name}@lists.example.org", code, "Europe/London", 4)
    message = town.post(Message(town.moment(owner, True), author, (listed,), subject, text, "list", code))
    for account in town.accounts:
        if account is owner or (len(account.address) + len(name)) % 17 == 0:
            message.copies.append((account, "Inbox"))


def invitation(town: Town, owner: Account) -> None:
    """A calendar invitation."""
    chance = town.chance
    host = chance.of(town.circles[owner.address])
    fill = phrases.slots(chance, host.tongue) | {"to": owner.person.given, "me": host.given}
    subject = phrases.subject(chance, host.tongue, "office", fill)
    text = _opening(chance, host.tongue, "office", fill)
    town.post(Message(town.moment(owner, False), host, (owner.person,), subject, text, "invite"))


def forwarding(town: Town, owner: Account) -> None:
    """A message that came in, sent on whole to somebody else."""
    chance = town.chance
    author, reader = chance.some(town.circles[owner.address], 2)
    fill = phrases.slots(chance, author.tongue) | {"to": owner.person.given, "me": author.given}
    subject = phrases.subject(chance, author.tongue, "trade", fill)
    text = _opening(chance, author.tongue, "trade", fill)
    first = town.post(Message(town.moment(owner, False), author, (owner.person,), subject, text))
    later, note = first.sent + chance.below(DAY), f"FYI.\n\n{owner.person.given}\n"
    town.post(Message(later, owner.person, (reader,), f"Fwd: {subject}", note, "forward", "en", encloses=first))


def bounce(town: Town, owner: Account) -> None:
    """A message that could not be delivered, and the report that comes back."""
    chance = town.chance
    fill = phrases.slots(chance, owner.person.tongue) | {"to": "", "me": owner.person.given}
    lost = drawn(chance, "GB", chance.of(table("firms")["post"]))
    text = _opening(chance, owner.person.tongue, "office", fill)
    sent = town.post(Message(town.moment(owner, False), owner.person, (lost,), fill["ref"], text))
    postmaster = Person("Mail Delivery System", "", f"mailer-daemon@{lost.domain}", "en", lost.zone, 4)
    report = f"I could not deliver your message to {lost.address}.\n\n550 5.1.1 no such user here\n"
    subject = "Undelivered Mail Returned to Sender"
    town.post(Message(sent.sent + 9, postmaster, (owner.person,), subject, report, "bounce", answers=sent))


_KINDS = (
    (conversation, 66),
    (newsletter, 11),
    (notice, 11),
    (posting, 6),
    (invitation, 2),
    (forwarding, 3),
    (bounce, 1),
)
