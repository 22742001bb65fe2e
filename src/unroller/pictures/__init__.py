"""Pictures by strangers → pictures to show: smaller, upright, without a word about who took them and where.

They are decoded in a process of their own, which has no secrets, little memory and little time: a decoder
is where a hostile picture strikes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from unroller.core.errors import InputError, SetupError

SECONDS = 60.0
"""How long one picture may take; the process counts its own seconds of CPU besides."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """One picture in several forms: each the kind of the file, as in `core.kinds`, and its bytes.

    `still` is shown everywhere, a JPEG or PNG. `lighter` is the same as AVIF, where that is smaller.
    `moving` is a GIF or WebP that moves.
    """

    still: tuple[str, bytes]
    lighter: tuple[str, bytes] | None = None
    moving: tuple[str, bytes] | None = None


def shrink(data: bytes, side: int) -> Shrunk:
    """The picture in `data` with at most `side` pixels each way; a smaller one keeps its size.

    Raises:
        InputError: it is no whole picture of a kind that is known, or a bomb.
        SetupError: Pillow is missing, or lacks AVIF.
    """
    command = [sys.executable, "-I", "-m", "unroller.pictures.easel", str(side)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False, env={})  # noqa: S603  our own program
    except subprocess.TimeoutExpired:
        raise InputError("The picture takes too long to decode.") from None
    except OSError as error:
        raise SetupError(f"No process can be started to decode pictures: {error.strerror}.") from error
    if done.returncode:
        raise InputError("The picture takes more memory or time than it is worth.")
    return _read(done.stdout)


def _read(said: bytes) -> Shrunk:
    """What the process said: a line of JSON, then the bytes of each form."""
    line, _, rest = said.partition(b"\n")
    told = json.loads(line)
    if why := told.get("setup"):
        raise SetupError(why)
    if why := told.get("refused"):
        raise InputError(why)
    forms: dict[str, tuple[str, bytes]] = {}
    for form, kind, size in told["forms"]:
        forms[form], rest = (kind, rest[:size]), rest[size:]
    return Shrunk(**forms)
