"""Files → a zip whose bytes follow from theirs alone: no times, no owners, one order."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can name
_UNIX, _READABLE = 3, 0o100644 << 16
_PACKED_ALREADY = (".png", ".jpg", ".webp", ".gif", ".mp4", ".mp3")


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of (name, bytes). The first file is stored as it is: readers of EPUB look for it there."""
    packed = BytesIO()
    with ZipFile(packed, "w") as made:
        for number, (name, data) in enumerate(files):
            info = ZipInfo(name, _LONG_AGO)
            info.create_system, info.external_attr = _UNIX, _READABLE
            as_it_is = number == 0 or name.endswith(_PACKED_ALREADY)
            info.compress_type = ZIP_STORED if as_it_is else ZIP_DEFLATED
            made.writestr(info, data)
    return packed.getvalue()
