"""Indexes the words of the search entries: FTS5 on SQLite, a GIN index on PostgreSQL.

A later migration that rebuilds desk_searchentry on SQLite drops the triggers; it must run `lay`
again.
"""

from typing import Any

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE desk_search USING fts5("
    "words, content='desk_searchentry', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER desk_search_added AFTER INSERT ON desk_searchentry BEGIN "
    "INSERT INTO desk_search(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER desk_search_gone AFTER DELETE ON desk_searchentry BEGIN "
    "INSERT INTO desk_search(desk_search, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER desk_search_changed AFTER UPDATE ON desk_searchentry BEGIN "
    "INSERT INTO desk_search(desk_search, rowid, words) VALUES ('delete', old.id, old.words); "
    "INSERT INTO desk_search(rowid, words) VALUES (new.id, new.words); END",
)
POSTGRESQL = (
    "CREATE INDEX desk_search_words ON desk_searchentry "
    "USING gin (array_to_tsvector(string_to_array(words, ' ')))",
)
GONE = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS desk_search_added",
        "DROP TRIGGER IF EXISTS desk_search_gone",
        "DROP TRIGGER IF EXISTS desk_search_changed",
        "DROP TABLE IF EXISTS desk_search",
    ),
    "postgresql": ("DROP INDEX IF EXISTS desk_search_words",),
}


def lay(apps: Any, schema_editor: Any) -> None:
    """Lay the index, and the triggers that keep it."""
    vendor = schema_editor.connection.vendor
    for statement in SQLITE if vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


def take_away(apps: Any, schema_editor: Any) -> None:
    """Take it away again."""
    for statement in GONE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_jobs_notices_files_search"),
    ]

    operations = [
        migrations.RunPython(lay, take_away, elidable=False),
    ]
