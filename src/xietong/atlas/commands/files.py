"""Files that commands read and write."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from xietong.kit.refusals import N_, Refusal

INPUT = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.Path(dir_okay=False, path_type=Path)


def write(output: Path, body: bytes) -> None:
    """Write a file whole, or refuse `view_not_written` and leave what was there."""
    try:
        handle, part = tempfile.mkstemp(prefix=".part-", dir=output.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
            os.chmod(part, 0o644)
            os.replace(part, output)
        except BaseException:
            os.unlink(part)
            raise
    except OSError as fault:
        raise Refusal(
            "view_not_written",
            N_("“{output}” cannot be written: {fault}."),
            way_out=N_("Name a file in a folder that exists and may be written to."),
            field="output",
            output=str(output),
            fault=fault.strerror or str(fault),
        ) from fault
