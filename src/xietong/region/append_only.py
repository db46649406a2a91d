"""Tables to which rows are only ever added: the database itself refuses every other change.

    @append_only
    class Signature(models.Model): ...

and in its migration, behind CreateModel: `Guard("signature")`. Rebuilding a table drops its
triggers on SQLite, so that they are looked at, and laid again, after every `migrate`; a house that
lacks one does not serve.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation

Table = TypeVar("Table", bound=type[models.Model])
_TABLES: list[type[models.Model]] = []

FUNCTION = "xietong_append_only"
# 23001 is a breach of a constraint, so that both databases answer with IntegrityError.
BODY = """
BEGIN
    RAISE EXCEPTION 'append_only: % is refused on %', TG_OP, TG_TABLE_NAME USING ERRCODE = '23001';
END
"""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger by name, table, and the statement that makes it."""

    name: str
    table: str
    statement: str


def append_only(table: Table) -> Table:
    """Note that rows of a model are neither changed nor deleted."""
    _TABLES.append(table)
    return table


def tables() -> tuple[type[models.Model], ...]:
    """Return every append-only model of the rooms that are installed."""
    return tuple(_TABLES)


def triggers(model: Any, vendor: str) -> list[Trigger]:
    """Return what guards a model's table on a database."""
    if vendor == "postgresql":
        return list(_on_postgresql(model._meta.db_table))
    return list(_on_sqlite(model))


def _on_sqlite(model: Any) -> Iterator[Trigger]:
    table = model._meta.db_table
    refusal = f"BEGIN SELECT RAISE(ABORT, 'append_only: {{}} is refused on {table}'); END"
    for verb in ("UPDATE", "DELETE"):
        name = f"append_only_{verb.lower()}_{table}"
        yield Trigger(
            name,
            table,
            f'CREATE TRIGGER "{name}" BEFORE {verb} ON "{table}" {refusal.format(verb)}',
        )
    # INSERT OR REPLACE takes the other row away without asking the trigger on DELETE; it finds it
    # by any unique key, or by the hidden rowid where that is given.
    taken = " OR ".join(
        ["rowid = NEW.rowid", *(" AND ".join(map(_same, columns)) for columns in _unique(model))]
    )
    name = f"append_only_replace_{table}"
    yield Trigger(
        name,
        table,
        f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" '  # noqa: S608  (names of our own)
        f'WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {taken}) {refusal.format("REPLACE")}',
    )


def _same(column: str) -> str:
    return f'"{column}" = NEW."{column}"'


def _unique(model: Any) -> list[tuple[str, ...]]:
    """Return the columns of every key by which a row could be replaced."""
    meta = model._meta
    together = [tuple(names) for names in meta.unique_together] + [
        constraint.fields
        for constraint in meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields
    ]
    single = [(field.name,) for field in meta.local_fields if field.unique]
    return [tuple(meta.get_field(name).column for name in names) for names in single + together]


def _on_postgresql(table: str) -> Iterator[Trigger]:
    for name, when in (
        (f"append_only_row_{table}", f'BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW'),
        (f"append_only_all_{table}", f'BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT'),
    ):
        yield Trigger(name, table, f'CREATE TRIGGER "{name}" {when} EXECUTE FUNCTION {FUNCTION}()')


def lay(model: Any, connection: BaseDatabaseWrapper) -> None:
    """Lay a model's triggers anew, whatever stands there by their names."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger "
                f"LANGUAGE plpgsql AS $guard${BODY}$guard$"
            )
        for one in triggers(model, connection.vendor):
            on = f' ON "{one.table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{one.name}"{on}')
            cursor.execute(one.statement)
            if connection.vendor == "postgresql":
                # Also where a session says that it is a replica's.
                cursor.execute(f'ALTER TABLE "{one.table}" ENABLE ALWAYS TRIGGER "{one.name}"')


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the triggers that are not there, or not as they should be, of tables that are."""
    present = set(connection.introspection.table_names())
    standing = _standing(connection)
    return [
        one.name
        for model in tables()
        if model._meta.db_table in present
        for one in triggers(model, connection.vendor)
        if standing.get(one.name) != _as_it_should_stand(one, connection.vendor)
    ]


def _standing(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the triggers of the database by name, each as its own text tells it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            return dict(cursor.fetchall())
        # 58: before, on update, on delete, for each row; 34: before, on truncate.
        cursor.execute(
            "SELECT t.tgname, concat_ws(' ', c.relname, t.tgtype & 127, t.tgenabled, p.prosrc,"
            " t.tgqual IS NULL) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
        )
        return dict(cursor.fetchall())


def _as_it_should_stand(trigger: Trigger, vendor: str) -> str:
    if vendor == "sqlite":
        return trigger.statement
    kind = 27 if trigger.name.startswith("append_only_row_") else 34
    return f"{trigger.table} {kind} A {BODY} t"


def lay_what_is_missing(using: str = "default", **_: Any) -> None:
    """Lay again what a rebuilt table has lost; called after every `migrate`."""
    from django.db import connections

    connection = connections[using]
    gone = set(missing(connection))
    for model in tables():
        # A table of an earlier release, after a step backwards, was not append-only yet.
        if gone & {one.name for one in triggers(model, connection.vendor)} and _is_of_now(
            model, connection
        ):
            lay(model, connection)


def _is_of_now(model: Any, connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        table = connection.introspection.get_table_description(cursor, model._meta.db_table)
    return {one.name for one in table} >= {field.column for field in model._meta.local_fields}


class Guard(Operation):
    """The step of a migration that lays a table's triggers; backwards they go."""

    reversible = True

    def __init__(self, name: str) -> None:
        self.name = name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: the state of models knows no triggers."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Lay the triggers."""
        model = to_state.apps.get_model(app_label, self.name)
        if router.allow_migrate_model(schema_editor.connection.alias, model):
            lay(model, schema_editor.connection)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Take the triggers away."""
        model = from_state.apps.get_model(app_label, self.name)
        vendor = schema_editor.connection.vendor
        for one in triggers(model, vendor):
            on = f' ON "{one.table}"' if vendor == "postgresql" else ""
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{one.name}"{on}')

    def describe(self) -> str:
        """Return what `migrate` prints."""
        return f"Refuse changes to rows of {self.name}"
