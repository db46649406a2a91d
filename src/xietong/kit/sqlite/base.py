"""Django's SQLite, but a transaction begins when it is its turn among all writers of the node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from xietong.kit.sqlite.queue import TookTooLong, Turn


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits in the queue before BEGIN and leaves it when the transaction ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: Turn | None = None

    def _start_transaction_under_autocommit(self) -> None:
        # The name is asked for each time: tests give a connection another database.
        if not self.is_in_memory_db():
            settings = self.settings_dict
            self._turn = Turn(Path(settings["NAME"]), settings["OPTIONS"].get("timeout", 5))
            try:
                self._turn.take()
            except TookTooLong:
                raise OperationalError("database is locked") from None
            except OSError as fault:
                raise OperationalError(f"unable to queue for the database: {fault}") from fault
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._let_next()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        # One that failed goes on until it is rolled back.
        self._let_next()

    def _rollback(self) -> None:
        with self._letting_next():
            super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        with self._letting_next():
            super()._close()  # type: ignore[misc]

    @contextmanager
    def _letting_next(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._let_next()

    def _let_next(self) -> None:
        if self._turn is not None:
            self._turn.give_back()
            self._turn = None
