"""Raw connections to a served house, and what its processes cost."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from serving import Served

BEGUN = b'--xYz\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
ENDED = b"\r\n--xYz--\r\n"
# Every line that was opened, for whoever hangs up after a test.
OPEN: list[Line] = []


@dataclass(slots=True)
class Line:
    """One connection on which bytes are sent as they are."""

    served: Served
    sock: socket.socket

    @classmethod
    def to(cls, served: Served) -> Line:
        """Connect."""
        made = cls(served, socket.create_connection(("127.0.0.1", served.port), timeout=30))
        OPEN.append(made)
        return made

    def send(self, content: bytes) -> bool:
        """Send; tell whether the other side still takes it."""
        try:
            self.sock.sendall(content)
        except OSError:
            return False
        return True

    def answer(self, seconds: float = 30) -> tuple[int, dict[str, Any]]:
        """Return the status (0: cut off without a word) and what the body says as JSON."""
        self.sock.settimeout(seconds)
        came = b""
        with suppress(OSError):
            while piece := self.sock.recv(65_536):
                came += piece
                head, mark, body = came.partition(b"\r\n\r\n")
                length = [one for one in head.lower().split(b"\r\n") if b"content-length:" in one]
                if mark and length and len(body) >= int(length[0].partition(b":")[2]):
                    break
        if not came:
            return 0, {}
        head, _, body = came.partition(b"\r\n\r\n")
        told = json.JSONDecoder().raw_decode(body.decode())[0] if body.startswith(b"{") else {}
        return int(head.split(b" ", 2)[1]), told

    def close(self) -> None:
        """Hang up."""
        self.sock.close()


def hang_up() -> None:
    """Close every line."""
    while OPEN:
        OPEN.pop().close()


def head_of(served: Served, path: str, token: str, *more: str) -> bytes:
    """Return the head of an upload in English, up to its last header."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        f"Authorization: Bearer {token}",
        "Accept-Language: en",
        "Content-Type: multipart/form-data; boundary=xYz",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answered_in(served: Served) -> float:
    """Return in how many seconds a reader is answered who asks the database too."""
    began = time.monotonic()
    with urlopen(f"{served.address}/health/ready", timeout=20) as told:  # noqa: S310
        assert told.status == 200
    return time.monotonic() - began


def peak_mb(served: Served) -> float:
    """Return the greatest memory that a process of the server ever had (VmHWM)."""
    return max(_memory(pid, "VmHWM") for pid in served.family())


def _memory(pid: int, what: str) -> float:
    with suppress(OSError, IndexError, ValueError):
        told = Path(f"/proc/{pid}/status").read_text()
        return int(told.split(f"{what}:")[1].split()[0]) / 1024
    return 0.0


def open_uploads(served: Served) -> int:
    """Return how many files below `uploads` the server's processes hold open, named or not."""
    found = 0
    for pid in served.family():
        with suppress(OSError):
            for one in os.listdir(f"/proc/{pid}/fd"):
                with suppress(OSError):
                    found += str(served.home / "uploads") in os.readlink(f"/proc/{pid}/fd/{one}")
    return found
