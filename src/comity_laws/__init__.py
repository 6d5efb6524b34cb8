"""The law packs of comity: data only, in the public domain (CC0), versioned apart from the code that reads them."""

from pathlib import Path

VERSION = "2026.11.2"
"""Year, month and number of this edition; what changed in it stands in CHANGELOG.md beside this file."""

DIGEST = (Path(__file__).parent / "DIGEST").read_text("utf-8").strip()
"""SHA-256 over every pack of this edition, as `comity law check` counts it: who holds the same packs gets the same."""
