"""Whether the database can be worked with, asked where a command came to grief on it."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from xietong.kit.refusals import N_, Refusal


def why_not_ready(fault: DatabaseError) -> Refusal | None:
    """Return what a fault of the database means: it is not there, or not set up; None otherwise."""
    if connection.connection is None:
        told = str(fault).strip().splitlines() or ["–"]
        return Refusal(
            "database_unreachable",
            N_("The database cannot be reached: {fault}."),
            way_out=N_("Check XIETONG_DATABASE_URL, and that the database runs."),
            fault=told[0].rstrip("."),
        )
    if connection.in_atomic_block:
        return None
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return Refusal(
            "not_set_up",
            N_("The database does not have the tables of this release."),
            way_out=N_("Run `xietong manage migrate` first, or `xietong up`."),
        )
    return None
