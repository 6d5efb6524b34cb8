"""Who does the work: each kind of job with what does it, one after the other, until there is none."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from comity.desk import clocks, court_mail
from comity.desk.collection import Doing, Order, carry_out
from comity.desk.jobs import COLLECT, EXPOSURE, HAND, LEASE, PRODUCE, Hold, Now, Runner, turn
from comity.desk.office import Office
from comity.registry.jobport import Job
from comity.registry.port import Overtaken

AGAIN: Final = 20
"""How often a collection tries to be recorded while others write to its matter; what it found is kept meanwhile."""


def collect(hold: Hold) -> None:
    """Collect; the event `collected` and the job's end are written together."""
    order = Order(hold.job.by, hold.now, tuple(json.loads(hold.job.asks)["categories"]))
    doing = Doing(hold.told, hold.keep, hold.end)
    for attempt in range(AGAIN):
        try:
            carry_out(hold.office, hold.job.matter, order, doing)
            return
        except Overtaken:
            if attempt == AGAIN - 1:
                raise


def expose(hold: Hold) -> None:
    """Sweep over the estate's accounts; what that needs is loaded only now."""
    from comity.desk.exposure import asked

    asked.do(hold)


def seal(hold: Hold) -> None:
    """Let a production go."""
    from comity.desk import sealing

    sealing.seal(hold)


def hand(hold: Hold) -> None:
    """Let a production go, and lay it out in the portal."""
    from comity.desk import filing

    filing.hand(hold)


def look(hold: Hold) -> None:
    """Look at the clocks, and take away what whoever was killed at sealing left behind."""
    from comity.desk import filing, sealing

    sealing.clear(hold.office)
    filing.tidy(hold.office)
    clocks.look(hold)


RUNNERS: Final[dict[str, Runner]] = {
    COLLECT: collect, EXPOSURE: expose, PRODUCE: seal, HAND: hand, clocks.CLOCKS: look, court_mail.MAIL: court_mail.do,
}  # fmt: skip
"""What does a job of each kind. Reviews and tasks are jobs too, and people do them."""


def work(office: Office, now: Now, lease: timedelta = LEASE) -> Job | None:
    """Do the next thing that is to be done; None if there is nothing."""
    clocks.wind(office, now())
    court_mail.wind(office, now())
    return turn(office, now, RUNNERS, lease)


def post(office: Office, now: Now, lease: timedelta = LEASE) -> Job | None:
    """Look into the desk's mailbox if it is time to, whatever else is being done: a stay waits for no collection."""
    court_mail.wind(office, now())
    return turn(office, now, {court_mail.MAIL: court_mail.do}, lease)
