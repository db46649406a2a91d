"""The key of this node (节点密钥): it signs what the node answers for. Ed25519, made once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from xietong.kit.refusals import N_, Broken

NAME = "node.key"
# What stands in the audit for a key: so much of its SHA-256 that no other is found by trying.
FINGERPRINT_LETTERS = 32


def sign(message: bytes) -> bytes:
    """Return the node's signature, 64 bytes. A message begins with what it is, so that a signature
    under one thing can never be shown under another."""
    return _private().sign(message)


def public_key() -> bytes:
    """Return the node's public key, 32 bytes."""
    return _private().public_key().public_bytes_raw()


def verify(message: bytes, signature: bytes, key: bytes | None = None) -> bool:
    """Tell whether a signature is that of a public key (this node's own where none is given)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key() if key is None else key).verify(
            signature, message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: bytes | None = None) -> str:
    """Return what names a public key in short, this node's own where none is given."""
    told = hashlib.sha256(public_key() if key is None else key).hexdigest()
    return told[:FINGERPRINT_LETTERS]


def file_of_key() -> Path:
    """Return where the private key lies, whether or not it was made yet."""
    return Path(settings.XIETONG_HOME) / NAME


def _private() -> Ed25519PrivateKey:
    """Return the private key; make it where there is none. Processes at once agree on one."""
    path = file_of_key()
    try:
        if not path.exists():
            _make(path)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise _unreadable(path, fault) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable(path, TypeError("no Ed25519 key"))
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    told = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    # For its owner alone, and whole, before it gets its name.
    handle, part = tempfile.mkstemp(prefix=".part-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(told)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first: its key counts
            os.link(part, path)
    finally:
        os.unlink(part)


def _unreadable(path: Path, fault: Exception) -> Broken:
    return Broken(
        "node_key_unreadable",
        N_("The node's key “{file}” cannot be read: {fault}."),
        way_out=N_("Restore it from the backup, readable for the account that runs the house."),
        file=path.name,
        fault=getattr(fault, "strerror", None) or type(fault).__name__,
    )
