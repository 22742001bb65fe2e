"""A file is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from unroller.core.errors import SetupError


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path`, in place of what is there.

    Raises:
        SetupError: it cannot be written; what was there is as it was.
    """
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a named pipe
            path.write_bytes(data)
            return
        _replace(path, data)
    except OSError as error:
        raise SetupError(f"{path} cannot be written: {error.strerror}.") from error


def _replace(path: Path, data: bytes) -> None:
    path = path.resolve()  # a link stays a link
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
        try:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).chmod(mode)
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
