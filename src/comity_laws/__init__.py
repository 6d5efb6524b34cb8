"""The law packs of comity: data only, in the public domain (CC0), versioned apart from the code that reads them."""

VERSION = "2026.11.2"
"""Year, month and number of this edition; what changed in it stands in CHANGELOG.md beside this file."""
