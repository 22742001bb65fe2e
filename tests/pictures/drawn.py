"""Pictures as cameras, drawing programs and hostile people make them."""

from __future__ import annotations

import io
import zlib
from typing import Any

from PIL import ExifTags, Image

from tests.archives.pictures import SECRET


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, form, **options)
    return made.getvalue()


def decoded(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        return opened


def photo(width: int = 800, height: int = 600, *, turn: int = 1) -> bytes:
    """A JPEG whose left half is red, with what a camera writes beside it; `turn`: which way up it is."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turn
    exif[ExifTags.Base.Artist] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = SECRET.decode()
    return encoded(image, "JPEG", exif=exif, comment=SECRET, xmp=SECRET)


def gif(frames: int = 3, size: int = 40) -> bytes:
    """A GIF that moves, with a comment."""
    first, *others = (Image.new("RGB", (size, size), (0, 99, 80 * number)) for number in range(frames))
    return encoded(first, "GIF", save_all=True, append_images=others, duration=90, loop=0, comment=SECRET)


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG that says to be large, in a few bytes."""
    small = encoded(Image.new("1", (1, 1)), "PNG")
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + small[24:29]
    crc = zlib.crc32(b"IHDR" + head).to_bytes(4, "big")
    return small[:16] + head + crc + small[33:]
