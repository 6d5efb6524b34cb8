"""Small worlds to sweep over: the packs that ship, a few ordinary demands of our own, random estates and accounts."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
from hypothesis import strategies as st

from comity.desk.decision import UNION, Words
from comity.desk.exposure.about import Posed
from comity.desk.exposure.run import asks, held, run, serving
from comity.exposure.accounts import engine, opened
from comity.exposure.cube import Cube
from comity.exposure.judges import whose
from comity.exposure.sweep import RANK
from comity.kernel.decision import Judge
from comity.kernel.estate import Entity, Estate, Service, Site, Store
from comity.kernel.words import Value
from comity.lawpack import Packs, default_folder, read_folder

ON = date(2026, 9, 1)
COLUMNS = ("address", "store", "customer_place", "nationality", "kind", "consents", "over_180_days")
PLACES = ("US", "IE", "DE", "GB", "JP", "CH")
TERMS = {
    "customer_place": "subject.place", "nationality": "subject.nationality", "kind": "subject.kind",
    "consents": "subject.consents", "over_180_days": "record.over_180_days",
}  # fmt: skip
CELLS: Mapping[str, tuple[str, ...]] = {
    "customer_place": ("", *PLACES), "nationality": ("", *PLACES),
    "kind": ("", "person", "business", "public-body", "privileged"),
    "consents": ("", "yes", "no"), "over_180_days": ("", "true", "false"),
}  # fmt: skip

TEMPLATES = """\
[[template]]
id = "us-warrant"
reads = "A warrant."
demand = { instrument = "us-sca-warrant", issuer = "judge" }
categories = ["content", "traffic", "subscriber"]
places = ["US"]

[[template]]
id = "us-subpoena"
reads = "A subpoena for older content, with notice."
demand = { instrument = "us-grand-jury-subpoena", issuer = "grand-jury", prior_notice = true }
categories = ["content", "subscriber"]
places = ["US"]

[[template]]
id = "agreement-order"
reads = "An order under an agreement."
demand = { instrument = "executive-agreement-order", issuer = "judge", binding_at_home = true }
categories = ["content", "traffic"]
places = ["CLOUD_ACT_PARTNERS"]

[[template]]
id = "court-order"
reads = "A foreign court's order."
demand = { instrument = "foreign-court-order", issuer = "judge", binding_at_home = true }
categories = ["content", "subscriber"]
places = ["DE", "JP"]

[[template]]
id = "consent"
reads = "A request that rests on consent."
demand = { instrument = "consent-request", issuer = "police" }
categories = ["content"]
places = ["US", "IE"]
"""


@cache
def laws() -> Path:
    """A folder with the packs that ship and the templates above."""
    folder = Path(mkdtemp(prefix="comity-test-")) / "laws"
    shutil.copytree(default_folder(), folder)
    for pack in folder.rglob("*.toml"):
        text = pack.read_text("utf-8")
        if "[[template]]" in text:
            pack.write_text(_without_templates(text), "utf-8")
    (folder / "templates.toml").write_text(TEMPLATES, "utf-8")
    return folder


def _without_templates(text: str) -> str:
    kept, inside = [], False
    for line in text.splitlines():
        inside = line.startswith("[[template]]") or (inside and not line.startswith("["))
        kept += [] if inside else [line]
    return "\n".join(kept) + "\n"


@cache
def packs() -> Packs:
    found = read_folder(laws())
    assert not found.faults, found.faults
    return found


@cache
def shipped() -> Packs:
    """The packs that ship, with all their templates: nearly two hundred kinds of demand."""
    return read_folder(default_folder())


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """A head and up to two companies under it, shares and keys perhaps unknown; three stores."""
    shares = st.sampled_from([None, "1/2", "51/100", "1"])
    places = st.sampled_from((*PLACES, "CN"))
    entities = {"head": Entity("head", "Head", draw(places))}
    for id in ("one", "two")[: draw(st.integers(0, 2))]:
        share = draw(shares)
        parent = draw(st.sampled_from(["head", None]))
        entities[id] = Entity(id, id.title(), draw(places), parent, None if share is None else Fraction(share))
    ids = st.sampled_from(sorted(entities))
    sites = {f"s{n}": Site(f"s{n}", f"Site {n}", draw(places), draw(ids)) for n in range(2)}
    offered = draw(st.none() | st.frozensets(places))
    services = {"mail": Service("mail", "Mail", draw(st.sampled_from([True, None])), offered)}
    keys = st.sampled_from([None, "provider", "customer", *sorted(entities)])
    holds = st.sampled_from(
        [frozenset({"content", "traffic"}), frozenset({"subscriber"}), frozenset({"content", "subscriber"})]
    )
    stores = {
        id: Store(id, draw(st.sampled_from(sorted(sites))), draw(ids), "mail", draw(keys), draw(holds))
        for id in ("dublin", "quincy", "zurich")
    }
    return Estate("Larch", entities, sites, services, stores)


def plain_estate() -> Estate:
    """A head in the United States, a company in Ireland; Dublin, Quincy and Zurich."""
    both = frozenset({"content", "traffic"})
    return Estate(
        "Larch",
        {"us": Entity("us", "Larch Corp", "US"), "ie": Entity("ie", "Larch Ltd", "IE", "us", Fraction(1))},
        {
            "d": Site("d", "Dublin", "IE", "ie"),
            "q": Site("q", "Quincy", "US", "us"),
            "z": Site("z", "Zurich", "CH", "ie"),
        },
        {"mail": Service("mail", "Mail", True, frozenset({"US", "IE", "DE"}))},
        {
            "dublin": Store("dublin", "d", "ie", "mail", "provider", both),
            "quincy": Store("quincy", "q", "us", "mail", "provider", both | {"subscriber"}),
            "zurich": Store("zurich", "z", "ie", "mail", "customer", both),
        },
    )


@st.composite
def rows(draw: st.DrawFn, most: int = 12) -> list[dict[str, str]]:
    """A few accounts, with holes."""
    cells = st.fixed_dictionaries(
        {"store": st.sampled_from(["dublin", "quincy", "zurich"])}
        | {name: st.sampled_from(values) for name, values in CELLS.items()}
    )
    found = draw(st.lists(cells, max_size=most))
    return [{"address": f"a{n}@larch.example", **row} for n, row in enumerate(found)]


def written(
    folder: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] = COLUMNS, name: str = "accounts.csv"
) -> Path:
    """The accounts as a CSV file."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


@contextmanager
def swept(estate: Estate, given: Any, posed: Posed = Posed(ON)) -> Iterator[Cube]:
    """A sweep over files, or over anything that DuckDB reads."""
    with engine() as con, opened(con, given) as accounts:
        yield run(con, estate, packs(), accounts, posed)


def parquet(path: Path, to: Path) -> Path:
    """A CSV file as Parquet, every column a text."""
    duckdb.sql(f"COPY (FROM read_csv('{path}', all_varchar = true)) TO '{to}' (FORMAT parquet)")
    return to


def one_by_one(
    estate: Estate, accounts: Sequence[Mapping[str, str]], on: date = ON
) -> dict[tuple[str, str], dict[str, int]]:
    """The same counts without any engine: every row decided on its own, every demand, every entity."""
    law, found = packs().law, dict[tuple[str, str], dict[str, int]]()
    words = Words(frozenset(packs().words.terms), law.group(UNION, on))
    templates = [t for pack in packs().packs for t in pack.templates]
    posed = list(asks(templates, law, estate, (on, words.terms)))
    says = serving(estate, words)
    for ask in posed:
        found.setdefault((ask.place, ask.category), {})
    for row in accounts:
        for place, category in found:
            own = [ask for ask in posed if (ask.place, ask.category) == (place, category)]
            if category not in held(estate.stores[row["store"]].holds):
                continue
            said = whose({TERMS[name]: value(row[name]) for name in TERMS}, place)
            tried = [
                judge(on, ask.court).decide({**ask.assumed, **facts, **ask.facts, **said}).verdict
                for ask in own
                for _, facts in says(ask, row["store"])
            ]
            best = min(tried, key=lambda verdict: RANK[verdict])
            found[place, category][best] = found[place, category].get(best, 0) + 1
    return found


@cache
def judge(on: date, court: str) -> Judge:
    """The law of a day as a court reads it, made ready once."""
    return Judge(packs().law.on(on, court))


def value(cell: str) -> Value:
    """What a cell says."""
    return {"": None, "yes": True, "true": True, "no": False, "false": False}.get(cell, cell)


def counts(cube: Cube) -> dict[tuple[str, str], dict[str, int]]:
    """The cube's counts, without the noughts."""
    return {
        (row.place, row.category): {v: n for v, n in cube.sweep.counts(row).items() if n} for row in cube.sweep.rows
    }
