"""No process of a server answers on after its main one: it would hold the port, and the workers."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait

ABANDONED = 70


def end_with_main_process() -> None:
    """End this process when the one that began it is gone; nothing where it is the main one.

    A main process that is told to end lets this one finish first; only one that was killed, or
    ran out of memory, goes without a word. What was under way is rolled back by the database.
    """
    main = multiprocessing.parent_process()
    if main is None:
        return
    # Until the server is up, its main process's own answer to being told to end is in force here,
    # which does nothing in this process.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def follow() -> None:
        wait([main.sentinel])
        os._exit(ABANDONED)

    threading.Thread(target=follow, name="lifeline", daemon=True).start()
