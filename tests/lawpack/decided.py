"""Invented cases, and packs as invented, to try what is said of decided ones."""

from tests.lawpack.texts import HEAD

TERMS = """\
[[term]]
name = "demand.place"
kind = "place"
meaning = "whose demand"
unknown = "nobody said"

[[term]]
name = "demand.instrument"
kind = "code"
codes = ["us-sca-warrant", "us-grand-jury-subpoena", "foreign-court-order"]
meaning = "what kind"
unknown = "nobody said"

[[term]]
name = "record.category"
kind = "code"
codes = ["content", "traffic", "subscriber", "live-content", "keys", "business", "nonpersonal"]
meaning = "what is asked for"
unknown = "nobody said"

[[term]]
name = "record.store_place"
kind = "place"
meaning = "where it lies"
unknown = "nobody said"

[[term]]
name = "record.served_controls"
kind = "truth"
meaning = "whether the served entity controls it"
unknown = "nobody knows"
"""
ACT = (
    HEAD
    + """
[[rule]]
id = "warrant"
effect = "compels"
since = 1986-10-21
cite = "s. 1"
reads = "A warrant compels."
when = '''(
demand.place == "US" and demand.instrument == "us-sca-warrant" and record.category == "content"
and record.served_controls and (record.store_place == "US" or question.reach)
)'''

[[rule]]
id = "secret"
effect = "bars"
since = 1986-10-21
cite = "s. 2"
reads = "What lies in Germany stays there."
when = 'record.store_place == "DE"'

[[question]]
id = "reach"
asks = "Does it reach abroad?"
why = "It does not say."

[[answer]]
id = "nysd"
question = "reach"
answer = true
by = "us-nysd"
binds = "parties"
cite = "1 F. Supp. 1"
reads = "It does."
history = [{ day = 2015-05-05, what = "decided", by = "us-nysd" }]
"""
)
FACTS = {
    "compelling_state": "US",
    "instrument": "sca-warrant",
    "data_category": ["content"],
    "data_location": ["IE"],
    "provider": "Invented Mail Inc.",
    "provider_home": "US",
    "entity_served": "Invented Mail Inc. (US)",
    "control": "Invented Mail Inc.",
    "blocking_law_abroad": "none",
}


def row(id="us-1", *, facts=None, before="contested", after="compelled", **more):
    """One invented case as it stands in a file."""
    return {
        "id": id,
        "kind": "demand",
        "name": "In re Invented",
        "court": {"name": "U.S. District Court, S.D.N.Y.", "country": "US", "level": "trial", "circuit": "2d Cir."},
        "decided": "2015-05-05",
        "facts": FACTS | (facts or {}),
        "test": ["control"],
        "holding": "Invented.",
        "expect": {"as_of_day_before": before, "as_of_day_after": after},
    } | more
