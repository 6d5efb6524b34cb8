"""A tiny sound pack and its heads, to be made wrong in one way or another."""

from comity.lawpack import check

TERMS = """\
[[term]]
name = "record.category"
kind = "code"
codes = ["content", "traffic"]
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
PLACES = """\
[[group]]
id = "EEA"
meaning = "the European Economic Area"
cite = "OJ L 1, 3.1.1994"

[[member]]
group = "EEA"
places = ["IE", "DE"]
since = 1994-01-01
"""
COURTS = """\
[[court]]
id = "us-nysd"
name = "Southern District of New York"
place = "US"
above = "us-ca2"

[[court]]
id = "us-ca2"
name = "Second Circuit"
place = "US"
"""
HEAD = """\
[instrument]
id = "act"
title = "An Act"
cite = "1 Stat. 1"
place = "US"
source = [{url = "https://example.org/act"}]
reviewed = "read 2026-11-23 in full"
"""
RULE = """
[[rule]]
id = "power"
effect = "compels"
since = 1986-10-21
cite = "s. 1"
reads = "An order compels."
when = 'record.category == "content" and question.reach'
"""
QUESTION = """
[[question]]
id = "reach"
asks = "Does it reach abroad?"
why = "It does not say."
"""
ANSWER = """
[[answer]]
id = "ca2"
question = "reach"
answer = true
by = "us-ca2"
cite = "1 F.3d 1"
reads = "It does."
history = [
  {day = 2016-07-14, what = "decided", by = "us-ca2"},
]
"""
EXAMPLE = """
[[example]]
on = 2017-01-01
court = "us-nysd"
record = {category = "content"}
expect = "compelled"
cites = ["power", "question.reach"]
says = "It compels."
"""
PACK = HEAD + RULE + QUESTION + ANSWER + EXAMPLE


def faults(packs):
    """Name and place of every fault."""
    return [(wrong.name, wrong.where) for wrong in check(packs)]


def at(text, line, nth=1):
    """`us/act.toml:N` for the nth line of the text that begins with `line`."""
    numbers = [n for n, found in enumerate(text.split("\n"), 1) if found.startswith(line)]
    return f"us/act.toml:{numbers[nth - 1]}"
