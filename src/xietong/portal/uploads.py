"""How files come in: counted while they are read, onto the disk of the home folder, without a name.

A file without a name is gone with the process that holds it, however that ends.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from xietong.kit.refusals import N_, Refusal

# What a form may hold beside its file.
BESIDE_BYTES = 1_000_000
PIECE = 1 << 20


class TooLarge(Refusal):
    """The request is larger than this node takes."""

    status = 413


class Incoming(FileUploadHandler):
    """Writes each file of a form aside, and stops reading where all are more than may be sent."""

    unfinished = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  (Django's name)
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Refuse by the length that is claimed, before anything is read."""
        self._most = settings.XIETONG_UPLOAD_MB * 1_000_000 + BESIDE_BYTES
        self._read = 0
        self._sent, self._claimed = input_data, content_length
        if content_length > self._most:
            raise RequestDataTooBig("The claimed length is larger than may be sent.")

    def new_file(self, *told: Any, **more: Any) -> None:
        """Begin a file."""
        super().new_file(*told, **more)
        self.unfinished = True
        folder = Path(settings.XIETONG_HOME) / "uploads"
        folder.mkdir(parents=True, exist_ok=True)
        self.file = UploadedFile(
            tempfile.TemporaryFile(dir=folder),  # noqa: SIM115  (closed with the request)
            self.file_name,
            self.content_type,
            0,
            self.charset,
            self.content_type_extra,
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece, whose bytes count whatever length was claimed."""
        self._read += len(raw_data)
        if self._read > self._most:
            self.file.close()
            raise RequestDataTooBig("More was sent than may be.")
        try:
            self.file.write(raw_data)
        except OSError:
            self.file.close()
            raise

    def file_complete(self, file_size: int) -> UploadedFile:
        """Give the file, from its beginning."""
        self.unfinished = False
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_complete(self) -> None:
        """Refuse a form whose sender went away before its end: half a table looks like a whole."""
        while self._sent.read(PIECE):
            pass
        stream = getattr(self._sent, "_stream", None)
        if stream is not None and stream._pos < self._claimed:
            raise MultiPartParserError("The connection was cut off.")

    def upload_interrupted(self) -> None:
        """Let go of a file whose sender went away."""
        if hasattr(self, "file"):
            self.file.close()


def let_go(request: HttpRequest) -> None:
    """Close the file in whose midst a form turned out to be none; those before it are closed."""
    for handler in request.upload_handlers:
        handler.upload_interrupted()


def let_go_of_unfinished(request: HttpRequest) -> None:
    """Close a file whose end never came; those that came belong to the request."""
    for handler in getattr(request, "_upload_handlers", ()):
        if getattr(handler, "unfinished", False):
            handler.upload_interrupted()


def refused(fault: Exception) -> Refusal | None:
    """Return what it means that a request was not read to its end; None for other faults."""
    if isinstance(fault, RequestDataTooBig):
        return TooLarge(
            "request_too_large",
            N_(
                "The request is too large: this node takes {megabytes} MB with a file, and "
                "{beside} kB without."
            ),
            way_out=N_("Save the table as XLSX or Parquet, or split it into several files."),
            megabytes=str(settings.XIETONG_UPLOAD_MB),
            beside=str((settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1000),
        )
    if isinstance(fault, TooManyFieldsSent | TooManyFilesSent):
        return TooLarge(
            "too_many_parts",
            N_("The request has more fields or files than {fields} and {files}."),
            way_out=N_("Send one file at a time, and of the form only its own fields."),
            fields=str(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS),
            files=str(settings.DATA_UPLOAD_MAX_NUMBER_FILES),
        )
    return None
