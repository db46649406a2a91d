"""What a node says when what it stands on fails: its database, disk, home folder, and senders."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import InterfaceError, OperationalError
from django.http import UnreadablePostError

from xietong.kit.refusals import N_, NotNow, Refusal, TooSlow

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
# PostgreSQL's codes (SQLSTATE): it is full; others hold what is wanted; it may only be read.
STATES_FULL = ("53100",)
STATES_BUSY = ("40001", "40P01", "55P03", "57014")
STATES_READ_ONLY = ("25006",)
# SQLite says it in words.
WORDS_FULL = ("database or disk is full",)
WORDS_BUSY = ("database is locked", "database table is locked")
WORDS_READ_ONLY = ("readonly database",)
CROWDED_SECONDS, BUSY_SECONDS, AWAY_SECONDS, DISK_SECONDS = 10, 5, 30, 300


class Late(OSError):
    """A sender let us wait longer than anybody is waited for."""


class Crowded(OSError):
    """As many send at once as are waited for."""


def why(fault: BaseException) -> Refusal | None:
    """Return what a fault of the surroundings means; None where it is another, such as our own."""
    if isinstance(fault, DatabaseFault):
        return _of_database(fault)
    if isinstance(fault, UnreadablePostError):
        return crowded() if isinstance(fault.__cause__, Crowded) else late()
    if isinstance(fault, OSError):
        if fault.errno in FULL:
            return disk_full()
        if fault.errno in READ_ONLY and _at_home(fault):
            return read_only()
    return None


def disk_full() -> NotNow:
    """Say that there is no room."""
    return NotNow(
        "disk_full",
        N_("There is no room left on the disk of this node."),
        way_out=N_("Tell the operator; nothing was kept. Try again when there is room."),
        again_after=DISK_SECONDS,
    )


def read_only() -> NotNow:
    """Say that nothing can be written."""
    return NotNow(
        "home_read_only",
        N_("This node can write neither files nor records at the moment; reading goes on."),
        way_out=N_("Tell the operator; nothing was changed. Try again later."),
        again_after=DISK_SECONDS,
    )


def busy() -> NotNow:
    """Say that others were writing all the time."""
    return NotNow(
        "database_busy",
        N_("Others were writing for as long as we waited."),
        way_out=N_("Nothing was changed. Try again in some seconds."),
        again_after=BUSY_SECONDS,
    )


def away() -> NotNow:
    """Say that the database is not there."""
    return NotNow(
        "database_away",
        N_("The database of this node does not answer."),
        way_out=N_("Try again in a minute, and look first whether your change stands."),
        again_after=AWAY_SECONDS,
    )


def late() -> TooSlow:
    """Say that a request did not come in time, or not to its end."""
    return TooSlow(
        "sent_too_slowly",
        N_("The request came too slowly, or broke off."),
        way_out=N_("Nothing was changed. Send it again over a better line, or send less at once."),
    )


def crowded() -> NotNow:
    """Say that others are sending."""
    return NotNow(
        "too_many_senders",
        N_("As many are sending to this node as it waits for at once."),
        way_out=N_("Nothing was changed. Try again in some seconds."),
        again_after=CROWDED_SECONDS,
    )


def _of_database(fault: DatabaseFault) -> Refusal | None:
    state = getattr(fault.__cause__, "sqlstate", None) or ""
    told = str(fault).lower()
    if state in STATES_FULL or any(words in told for words in WORDS_FULL):
        return disk_full()
    if state in STATES_BUSY or any(words in told for words in WORDS_BUSY):
        return busy()
    if state in STATES_READ_ONLY or any(words in told for words in WORDS_READ_ONLY):
        return read_only()
    if isinstance(fault, InterfaceError):
        return away()
    if not isinstance(fault, OperationalError):
        return None
    if state:
        # 08: the connection, 53: resources, 57P: the server is ended or begins.
        return away() if state.startswith(("08", "53", "57P")) else None
    # Without a code: psycopg lost the connection or got none, or SQLite its file.
    gone = ("unable to", "disk i/o error", "connection", "server closed", "couldn't get", "timeout")
    return away() if any(words in told for words in gone) else None


def _at_home(fault: OSError) -> bool:
    """Tell whether it is our own folder that cannot be written."""
    if fault.errno == errno.EROFS:
        return True
    if not isinstance(fault.filename, str | os.PathLike):
        return False
    return Path(fault.filename).resolve().is_relative_to(Path(settings.XIETONG_HOME).resolve())
