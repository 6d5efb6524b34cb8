"""The log's two tables, with the same columns as in a SQLite file: see docs/formats/registry.md."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

TABLES = """\
CREATE TABLE comity.about (
    name text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);
CREATE TABLE comity.entry (
    place bigint PRIMARY KEY,
    nodes bytea NOT NULL,
    matter text COLLATE "C" NOT NULL,
    nth bigint NOT NULL,
    head bytea,
    leaf bytea NOT NULL,
    salt bytea,
    payload bytea,
    UNIQUE (matter, nth)
);
"""


def upgrade() -> None:
    """Make the tables; names compare octet by octet, so that no update of the system's languages spoils an index."""
    for statement in TABLES.split(";\n")[:-1]:
        op.execute(statement)
