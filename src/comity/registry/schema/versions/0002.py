"""Jobs and their steps beside the log, with the same columns as in a SQLite file: see docs/formats/registry.md."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """\
CREATE TABLE comity.job (
    number bigint PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    matter text COLLATE "C" NOT NULL,
    asks text NOT NULL,
    person text NOT NULL,
    made text COLLATE "C" NOT NULL,
    once text COLLATE "C",
    state text COLLATE "C" NOT NULL,
    tries bigint NOT NULL,
    due text COLLATE "C" NOT NULL,
    lease text COLLATE "C" NOT NULL,
    until text COLLATE "C" NOT NULL,
    progress text NOT NULL,
    said text NOT NULL,
    ended text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX job_once ON comity.job (once) WHERE state <> 'failed';
CREATE TABLE comity.step (
    job bigint NOT NULL REFERENCES comity.job,
    name text COLLATE "C" NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (job, name)
);
"""


def upgrade() -> None:
    """Make the tables; moments are text that sorts as moments do."""
    for statement in TABLES.split(";\n")[:-1]:
        op.execute(statement)
