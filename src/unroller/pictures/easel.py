"""The process that decodes one picture: its bytes come in, its forms go out, and nothing else is touched.

Run by `unroller.pictures.shrink`, with the number of pixels as its argument.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from PIL import Image, ImageCms, ImageOps, features

from unroller.core.errors import InputError
from unroller.core.kinds import HEAD, kind_of, without_notes

MEMORY = 1 << 30
"""Bytes of addresses that the process may have."""

CPU = 20
"""Seconds of CPU that it may use."""

PIXELS = 50_000_000
"""A picture of more is not decoded: no telephone takes larger ones, and networks make them smaller."""

MOST_MOVING = 8 << 20
"""Bytes of a picture that moves; of a larger one only the first frame is kept."""

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")

# Measured by `python -m bench media`; docs/decisions/0021 has the figures.
AVIF: dict[str, Any] = {"quality": 60, "speed": 8, "subsampling": "4:4:4", "max_threads": 1}
JPEG: dict[str, Any] = {"quality": 82, "progressive": True, "optimize": True}
SHARP: dict[str, Any] = {"quality": 88, "subsampling": "4:4:4", "optimize": True}
WORTH = 1.5
"""So many times a JPEG's bytes a PNG may take where the picture was drawn, not taken."""

LIGHTER_FROM = 400
"""Pixels of the longer side from which AVIF is made as well: below, there is nothing to save."""

Form = tuple[str, str, bytes]
"""Which form it is, its kind, its bytes."""


def forms_of(data: bytes, side: int) -> list[Form]:
    """The forms of the picture in `data`, with at most `side` pixels each way.

    Raises:
        InputError: it is no whole picture, or too large.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of Pillow's own limit as well
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                return list(_forms(opened, data, side))
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"The picture cannot be decoded ({type(error).__name__}).") from error


def _forms(opened: Image.Image, data: bytes, side: int) -> Iterator[Form]:
    if opened.width * opened.height > PIXELS:
        raise InputError(f"The picture has more than {PIXELS // 1_000_000} million pixels.")
    kind = kind_of(data[:HEAD])
    moves = kind in ("gif", "webp") and getattr(opened, "is_animated", False)
    if moves and len(data) <= MOST_MOVING and max(opened.size) <= side:
        yield "moving", kind, without_notes(data, kind)
    is_drawn = opened.format in ("PNG", "GIF")
    image = _bare(opened, side)
    still = _still(image, is_drawn=is_drawn)
    yield "still", *still
    if not moves and max(image.size) >= LIGHTER_FROM:
        lighter = _saved(image, "AVIF", AVIF)
        if len(lighter) < len(still[1]):
            yield "lighter", "avif", lighter


def _bare(opened: Image.Image, side: int) -> Image.Image:
    """The picture alone: upright, in sRGB, no larger than wanted, and nothing that is said beside it."""
    profile = opened.info.get("icc_profile")
    opened.thumbnail((side, side), Image.Resampling.LANCZOS)  # never larger; JPEGs are decoded smaller
    image = ImageOps.exif_transpose(opened)
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    image = _in_srgb(image, profile)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    image.info.clear()
    return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """`image` in the colours that are meant where nobody names others."""
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return (
            ImageCms.profileToProfile(image, found, ImageCms.createProfile("sRGB"), outputMode=mode) or image
        )
    return image


def _still(image: Image.Image, *, is_drawn: bool) -> tuple[str, bytes]:
    """A PNG where it is transparent, or drawn and hardly larger so; else a JPEG."""
    if image.mode == "RGBA":
        return "png", _saved(image, "PNG", {})
    if not is_drawn:
        return "jpg", _saved(image, "JPEG", JPEG)
    lossless, lossy = _saved(image, "PNG", {}), _saved(image, "JPEG", SHARP)
    return ("png", lossless) if len(lossless) <= WORTH * len(lossy) else ("jpg", lossy)


def _saved(image: Image.Image, form: str, options: dict[str, Any]) -> bytes:
    made = io.BytesIO()
    image.save(made, form, **options)
    return made.getvalue()


def limit() -> None:
    """Give up what a picture does not need: files, forks, memory, CPU, and being quick."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(10)


def main() -> None:
    """Decode what comes in, and say what it became: a line of JSON, then the bytes of each form."""
    forms: list[Form] = []
    told: dict[str, Any] = {}
    try:
        limit()
        if not features.check("avif"):
            told["setup"] = "Pillow was built without AVIF: install it from its own wheel."
        else:
            forms = forms_of(sys.stdin.buffer.read(), int(sys.argv[1]))
    except InputError as error:
        told["refused"] = error.words
    told["forms"] = [(form, kind, len(data)) for form, kind, data in forms]
    sys.stdout.buffer.write(b"\n".join((json.dumps(told).encode(), b"".join(data for *_, data in forms))))


if __name__ == "__main__":
    main()
