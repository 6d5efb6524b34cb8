"""Run by Alembic: the registry's tables on PostgreSQL, made or brought up to date over the connection handed in.

Without a connection the statements are written out, for whoever may read them before they are run.
"""

from __future__ import annotations

from alembic import context

SCHEMA = "comity"

connection = context.config.attributes.get("connection")
context.configure(connection=connection, dialect_name="postgresql", version_table_schema=SCHEMA)
with context.begin_transaction():
    context.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    context.run_migrations()
