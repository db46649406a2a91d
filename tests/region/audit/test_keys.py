"""The node's key is made once, for its owner alone, and its signatures hold outside too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xietong.kit.refusals import Broken
from xietong.region import keys

MAKE = """
import sys
from django.conf import settings
settings.configure(XIETONG_HOME=sys.argv[1])
from xietong.region import keys
print(keys.public_key().hex())
"""


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """Give a home without a key."""
    settings.XIETONG_HOME = tmp_path / "home"
    return tmp_path / "home"


def test_a_signature_holds_for_its_message_and_key_alone(home: Path, settings: Any) -> None:
    signature, key = keys.sign(b"what was agreed"), keys.public_key()
    Ed25519PublicKey.from_public_bytes(key).verify(signature, b"what was agreed")
    assert keys.verify(b"what was agreed", signature)
    assert keys.verify(b"what was agreed", signature, key)
    assert not keys.verify(b"what was agreed upon", signature)
    assert not keys.verify(b"what was agreed", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not keys.verify(b"what was agreed", b"")
    assert not keys.verify(b"what was agreed", signature, b"no key")
    settings.XIETONG_HOME = home.with_name("another")
    assert not keys.verify(b"what was agreed", signature)
    assert keys.verify(b"what was agreed", signature, key)


def test_the_key_is_made_once_and_for_its_owner(home: Path) -> None:
    first = keys.public_key()
    assert keys.file_of_key() == home / "node.key"
    assert keys.file_of_key().stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["node.key"]
    assert keys.public_key() == first
    assert len(keys.fingerprint()) == 32
    assert keys.fingerprint(first) == keys.fingerprint()
    assert keys.fingerprint(bytes(32)) != keys.fingerprint()


def test_processes_that_start_together_agree_on_one(home: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", MAKE, home], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = {process.communicate(timeout=60)[0].strip() for process in started}
    assert told == {keys.public_key().hex()}


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n", b"\xff\x00"])
def test_a_key_that_is_none_is_never_replaced(home: Path, content: bytes) -> None:
    home.mkdir()
    keys.file_of_key().write_bytes(content)
    with pytest.raises(Broken, match="node_key_unreadable"):
        keys.sign(b"anything")
    assert keys.file_of_key().read_bytes() == content
