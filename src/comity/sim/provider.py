"""The simulated provider: Meridian Mail, with a data centre in Dublin and one in the United States.

`write_provider` writes what a real provider would: `estate.toml` with its companies, sites, stores and services,
`accounts.csv` with every account, and the subscriber records, which lie in the United States whatever the content does.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from comity.sim.chance import Chance
from comity.sim.people import CUSTODIAN, Account, accounts

LAYOUTS = {"dublin-1": "mbox", "dublin-2": "maildir", "quincy-1": "mbox", "quincy-2": "maildir"}
"""The stores with content, and how mailboxes lie in them; each account has a folder of its own below its store's."""

RECORDS = "quincy-records"
"""The store with the subscriber records."""

STORES = "stores"
"""Where the stores lie, beside `estate.toml`."""

_HEAD = """\
# The estate of an invented provider: who owns whom, where records lie, who holds the keys. Shares are per cent.
[provider]
name = "Meridian Mail"

[[entity]]
id = "meridian-corp"
name = "Meridian Corp."
place = "US"

[[entity]]
id = "meridian-ireland"
name = "Meridian Ireland Operations Ltd"
place = "IE"
parent = "meridian-corp"
share = 100

[[entity]]
id = "meridian-deutschland"
name = "Meridian Vertriebs GmbH"
place = "DE"
parent = "meridian-ireland"
share = 100

[[site]]
id = "dublin"
name = "the Dublin data centre"
country = "IE"
operator = "meridian-ireland"

[[site]]
id = "quincy"
name = "the Quincy data centre"
country = "US"
operator = "meridian-corp"

[[service]]
id = "mail"
name = "Meridian Mail"
public = true
offered = [{offered}]

[[service]]
id = "mail-business"
name = "Meridian Mail for Business"
public = true
offered = [{offered}]
"""

_CONTENT_STORE = """
[[store]]
id = "{id}"
site = "{site}"
holder = "{holder}"
service = "{service}"
key_holder = "provider"
holds = ["content", "traffic"]
path = "{path}"
layout = "{layout}"
"""

_TAIL = """
# What was said at sign-up lies in the United States for every account.
[[store]]
id = "quincy-records"
site = "quincy"
holder = "meridian-corp"
service = "mail"
key_holder = "provider"
holds = ["subscriber"]
path = "stores/quincy-records/subscriber.csv"
layout = "table"

[accounts]
path = "accounts.csv"
"""

_OFFERED = ("CA", "DE", "ES", "FR", "GB", "IE", "IT", "JP", "NL", "PL", "US")
_HOLDERS = {"dublin": "meridian-ireland", "quincy": "meridian-corp"}
_SERVICES = {"1": "mail", "2": "mail-business"}


def write_provider(folder: Path, seed: int) -> Path:
    """Write the provider's papers into `folder` (made if need be) and return the path of `estate.toml`.

    The accounts are those of `write_mail` with the same seed; its mail belongs below `folder / STORES`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    estate = folder / "estate.toml"
    estate.write_text(_estate(), "utf-8", newline="\n")
    people = accounts(seed)
    rows = [_account_row(account, store) for account in people for store in (account.store, RECORDS)]
    _write_rows(folder / "accounts.csv", _ACCOUNT, rows)
    records = folder / STORES / RECORDS
    records.mkdir(parents=True, exist_ok=True)
    _write_rows(records / "subscriber.csv", _SUBSCRIBER, [_subscriber_row(account, seed) for account in people])
    return estate


def _estate() -> str:
    parts = [_HEAD.format(offered=", ".join(f'"{code}"' for code in _OFFERED))]
    for store, layout in LAYOUTS.items():
        site, _, number = store.partition("-")
        values = {"id": store, "site": site, "path": f"{STORES}/{store}", "layout": layout}
        parts.append(_CONTENT_STORE.format(holder=_HOLDERS[site], service=_SERVICES[number], **values))
    return "".join([*parts, _TAIL])


_ACCOUNT = ("address", "store", "customer_place", "nationality", "kind", "service")
_SUBSCRIBER = ("address", "name", "created", "created_ip", "country_given", "payment")


def _account_row(account: Account, store: str) -> tuple[str, ...]:
    place, nationality = account.customer_place, account.nationality
    return account.address, store, place, nationality, account.kind, account.service


def _subscriber_row(account: Account, seed: int) -> tuple[str, ...]:
    """What sign-up left behind; who pays nothing has no means of payment."""
    chance = Chance(seed * 4096 + zlib.crc32(account.address.encode()) % 4096)
    created = date(2007, 3, 1) + timedelta(days=chance.below(1000))
    address = f"203.0.113.{chance.between(1, 254)}"
    card, debit = f"card ending {chance.below(10000):04d}", f"direct debit {chance.hex(6)}"
    free = account is CUSTODIAN or (account.kind == "person" and chance.odds(70))
    payment = "none (free of charge)" if free else chance.of((card, debit, "invoice"))
    return account.address, account.person.name, created.isoformat(), address, account.customer_place, payment


def _write_rows(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
