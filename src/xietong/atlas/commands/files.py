"""Files that commands read and write."""

from __future__ import annotations

from pathlib import Path

import click

from xietong.kit.refusals import N_, Refusal

INPUT = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.Path(dir_okay=False, path_type=Path)


def write(output: Path, body: bytes) -> None:
    """Write a file, or refuse `view_not_written`."""
    try:
        output.write_bytes(body)
    except OSError as fault:
        raise Refusal(
            "view_not_written",
            N_("“{output}” cannot be written: {fault}."),
            way_out=N_("Name a file in a folder that exists and may be written to."),
            field="output",
            output=str(output),
            fault=fault.strerror or str(fault),
        ) from fault
