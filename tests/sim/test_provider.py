"""The simulated provider's papers, read with the same reader as a real provider's."""

import csv
from pathlib import Path

import pytest

from comity.desk.estate import Holdings, read_estate
from comity.sim.mail import write_mail
from comity.sim.people import CUSTODIAN, DANA, accounts
from comity.sim.provider import LAYOUTS, RECORDS, STORES, write_provider


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_provider(tmp_path_factory.mktemp("provider"), seed=2013)


@pytest.fixture(scope="module")
def holdings(written: Path) -> Holdings:
    return read_estate(written)


def test_the_estate_reads_without_a_fault(holdings: Holdings) -> None:
    """A parent in the United States, its wholly owned company in Ireland, a data centre in each country."""
    estate = holdings.estate
    ireland = estate.entities["meridian-ireland"]
    assert (ireland.place, ireland.parent, ireland.share) == ("IE", "meridian-corp", 1)
    assert {site.id: site.country for site in estate.sites.values()} == {"dublin": "IE", "quincy": "US"}
    assert {store.key_holder for store in estate.stores.values()} == {"provider"}


def test_content_lies_near_the_user_and_subscriber_records_in_the_united_states(holdings: Holdings) -> None:
    """The custodian's mail is in Dublin; what was said at sign-up is in Quincy, as with the real provider."""
    stores = {store.id: store for store in holdings.stores_of(CUSTODIAN.address)}
    assert stores.keys() == {CUSTODIAN.store, RECORDS}
    assert "content" in stores[CUSTODIAN.store].holds
    assert holdings.estate.sites[stores[CUSTODIAN.store].site].country == "IE"
    assert stores[RECORDS].holds == {"subscriber"}
    assert holdings.estate.sites[stores[RECORDS].site].country == "US"
    assert {store.site for store in holdings.stores_of(DANA.address)} == {"quincy"}


def test_every_mailbox_lies_where_the_estate_says(holdings: Holdings, written: Path) -> None:
    """Each account has a folder of its own below its store's path."""
    world = write_mail(written.parent / STORES, seed=2013, messages=400)
    for account in world.accounts:
        home = holdings.places[account.store].path / account.address
        assert home.is_dir()
        assert holdings.places[account.store].layout == LAYOUTS[account.store]


def test_what_nobody_verified_is_left_empty(holdings: Holdings) -> None:
    """The custodian's nationality is unknown; so is that of some others, but not of most."""
    assert [row.nationality for row in holdings.accounts[CUSTODIAN.address]] == [None, None]
    known = [rows[0].nationality is not None for rows in holdings.accounts.values()]
    assert len(known) // 2 < sum(known) < len(known)


def test_every_account_has_subscriber_records(written: Path) -> None:
    """Name, day of creation, network address, country and means of payment: for each account, once."""
    with (written.parent / STORES / RECORDS / "subscriber.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["address"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {account.address for account in accounts(2013)}
    assert rows[CUSTODIAN.address]["name"] == "Owen Ardmore"
    assert all(cell for row in rows.values() for cell in row.values())
    assert all(row["created_ip"].startswith("203.0.113.") for row in rows.values())


def test_the_same_seed_gives_the_same_papers(written: Path, tmp_path: Path) -> None:
    """Writing again elsewhere gives the same octets."""
    again = write_provider(tmp_path, seed=2013)
    assert again.read_bytes() == written.read_bytes()
    assert (tmp_path / "accounts.csv").read_bytes() == (written.parent / "accounts.csv").read_bytes()
