"""Mail stores: mbox, Maildir and folders of EML behind one port, and the walk that sorts every item of an account."""

from comity.sources.collect import Collected, Collection, Progress
from comity.sources.detect import Guess, Unknown, detect, open_store
from comity.sources.port import DATES, OWNING, Changed, Gauge, Item, Layout, Passed, Store, items

__all__ = [
    "DATES",
    "OWNING",
    "Changed",
    "Collected",
    "Collection",
    "Gauge",
    "Guess",
    "Item",
    "Layout",
    "Passed",
    "Progress",
    "Store",
    "Unknown",
    "detect",
    "items",
    "open_store",
]
