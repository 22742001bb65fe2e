"""What is put aside comes back, and a full disk is said in one sentence."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.archives import spool as module
from unroller.archives.spool import Spool
from unroller.core.errors import SetupError


@given(st.lists(st.binary(max_size=40)), st.randoms(), st.sampled_from([0, 100, module.HELD]))
def test_what_was_put_aside_comes_back_in_any_order(pieces: list[bytes], dice: Random, held: int) -> None:
    with patch.object(module, "HELD", held), Spool() as spool:
        kept = [(spool.keep(piece), piece) for piece in pieces]
        dice.shuffle(kept)
        assert all(spool.take(place) == piece for place, piece in kept)
        assert spool.take(spool.keep(b"later")) == b"later"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("size", [10, 3 << 20])
def test_a_full_disk_is_said_with_what_to_do(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(buffering: int) -> io.BufferedWriter:
        return io.BufferedWriter(io.FileIO("/dev/full", "wb"), buffering)

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    monkeypatch.setattr(module, "HELD", 5)
    full_disk = pytest.raises(SetupError, match=r"^Posts cannot be put aside: No space left .* TMPDIR\.$")
    with full_disk, Spool() as spool:
        spool.take(spool.keep(bytes(size)))


def test_no_folder_for_it_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    monkeypatch.setattr(module, "HELD", 5)
    with pytest.raises(SetupError, match=r"^Posts cannot be put aside: No such file .* TMPDIR\.$"):
        Spool().keep(b"too much")
