"""Accounts to sweep over, the same on every machine: ten columns, realistic skew, one cell in a hundred unknown.

And the estate they belong to: a company in the United States that owns one in Ireland, which owns others; twelve
stores, some with keys that customers hold, one run by a trustee of whom nobody knows who controls it.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import duckdb
from bench.common import WORK

from comity.kernel.estate import Entity, Estate, Service, Site, Store

_OFTEN = (
    "US IN BR GB DE JP FR IT ES CA MX KR AU TR NL PL ID PH VN TH ZA EG NG AR CO CL PE MY SG HK TW SE BE AT CH CZ PT RO "
    "GR HU DK FI NO IE SK BG HR LT LV EE SI LU CY MT IS IL AE SA NZ UA"
)
PLACES = _OFTEN.split()
"""Where customers live, most of them in those that come first."""

STORES = (
    ("us-east", "US", "us", "provider"), ("us-west", "US", "us", "provider"), ("dublin-1", "IE", "ie", "provider"),
    ("dublin-2", "IE", "ie", "customer"), ("frankfurt", "DE", "de", "provider"), ("treuhand", "DE", "trust", "trust"),
    ("paris", "FR", "ie", "provider"), ("london", "GB", "gb", "provider"), ("tokyo", "JP", "jp", "provider"),
    ("zurich", "CH", "ie", "customer"), ("singapore", "SG", "us", "provider"), ("montreal", "CA", "us", "provider"),
)  # fmt: skip
HOLDS = frozenset({"content", "traffic", "subscriber"})


def estate() -> Estate:
    """Twelve stores of a group with its head in the United States."""
    one = Fraction(1)
    entities = [
        Entity("us", "Larch Corp", "US"), Entity("ie", "Larch Ireland Ltd", "IE", "us", one),
        Entity("de", "Larch Deutschland GmbH", "DE", "ie", one), Entity("gb", "Larch UK Ltd", "GB", "ie", one),
        Entity("jp", "Larch KK", "JP", "us", Fraction(51, 100)), Entity("trust", "Treuhand GmbH", "DE", "de", None),
    ]  # fmt: skip
    sites = [Site(place.lower(), f"a site in {place}", place, holder) for _, place, holder, _ in STORES]
    offered = frozenset(["US", "IE", "DE", "FR", "GB", "JP", "CH", "SG", "CA", "NL", "BE", "AU", "KR", "BR", "IN"])
    return Estate(
        "Larch Mail",
        {entity.id: entity for entity in entities},
        {site.id: site for site in sites},
        {"mail": Service("mail", "Larch Mail", True, offered)},
        {id: Store(id, place.lower(), holder, "mail", keys, HOLDS) for id, place, holder, keys in STORES},
    )


def made(number: int) -> Path:
    """A Parquet file of so many accounts."""
    path = WORK / f"accounts-{number}.parquet"
    if not path.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        duckdb.sql(f"COPY ({_sql(number)}) TO '{beside}' (FORMAT parquet, COMPRESSION zstd)")
        beside.replace(path)
    return path


def _sql(number: int) -> str:
    places, stores = (f"[{', '.join(repr(x) for x in xs)}]" for xs in (PLACES, [store[0] for store in STORES]))
    elsewhere = f"floor({len(PLACES)} * pow({_chance(4)}, 2))::INT"
    cells = {
        "store": f"{stores}[1 + floor({len(STORES)} * pow({_chance(1)}, 1.7))::INT]",
        "customer_place": f"{places}[1 + home]",
        "nationality": f"{places}[1 + CASE WHEN {_chance(3)} < 0.88 THEN home ELSE {elsewhere} END]",
        "kind": f"['person', 'business', 'public-body', 'privileged'][1 + floor(4 * pow({_chance(5)}, 4))::INT]",
        "service": "'mail'",
        "consents": f"CASE WHEN {_chance(6)} < 0.02 THEN {_chance(7)} < 0.7 END",
        "incapable": f"CASE WHEN {_chance(8)} < 0.01 THEN true ELSE false END",
        "over_180_days": f"{_chance(9)} < 0.8",
        "in_remote_computing": f"{_chance(10)} < 0.3",
    }
    whole = ("store", "service")
    held = [
        f"{sql if name in whole else f'CASE WHEN {_chance(20 + at)} >= 0.01 THEN {sql} END'} AS {name}"
        for at, (name, sql) in enumerate(cells.items())
    ]
    home = f"floor({len(PLACES)} * pow({_chance(2)}, 2.5))::INT"
    return f"SELECT i AS address, {', '.join(held)} FROM (SELECT i, {home} AS home FROM range({number}) AS t (i))"


def _chance(column: int) -> str:
    """A number from 0 to 1 for an account and a column."""
    return f"((hash(i * 64 + {column}) >> 11) / 9007199254740992.0)"
