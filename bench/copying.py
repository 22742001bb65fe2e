"""What copies of pictures take: CPU, bytes and loss of each encoder, and the whole way of one picture.

The pictures are made here: a photograph with noise, soft shapes and edges, and a screenshot of small letters.
"""

from __future__ import annotations

import io
import math
import random
import resource
import time
from collections.abc import Iterable, Mapping
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from bench.figures import Figure, at_least, at_most, plain
from bench.networks import Networks
from unroller.core.media import WHOLE
from unroller.pictures import shrink
from unroller.pictures.easel import AVIF, JPEG, SHARP

ENCODERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "JPEG as it is kept": ("JPEG", JPEG),
    "JPEG of what was drawn": ("JPEG", SHARP),
    "PNG": ("PNG", {}),
    "WebP 80": ("WEBP", {"quality": 80, "method": 4}),
    "AVIF as it is kept": ("AVIF", AVIF),
    "AVIF, speed 6": ("AVIF", AVIF | {"speed": 6}),
    "AVIF, speed 9": ("AVIF", AVIF | {"speed": 9}),
    "AVIF, 4:2:0": ("AVIF", AVIF | {"subsampling": "4:2:0"}),
}


def measure(_: Networks, quick: bool) -> Iterable[Figure]:  # noqa: FBT001
    kinds = {"photograph": (photograph(), "JPEG"), "screenshot": (screenshot(), "PNG")}
    for what, (picture, form) in kinds.items():
        small = picture.copy()
        small.thumbnail((WHOLE, WHOLE), Image.Resampling.LANCZOS)
        found = {name: encoded(small, *how) for name, how in ENCODERS.items()}
        for name, (seconds, data) in found.items():
            note = f"{len(data) / 1000:,.0f} KB, {loss(small, data):.1f} dB"
            yield plain(f"{what} as {name}", 1000 * seconds, "ms", note)
        ours, theirs = (len(found[name][1]) for name in ("AVIF as it is kept", "JPEG as it is kept"))
        yield at_most(f"{what}: AVIF's bytes beside JPEG's", ours / theirs, 0.7, "times")
        yield at_least(f"{what}: AVIF", loss(small, found["AVIF as it is kept"][1]), 36, "dB")
        yield whole_way(what, encoded(picture, form, {})[1], 1 if quick else 5)


def whole_way(what: str, data: bytes, times: int) -> Figure:
    """A picture of a stranger's in, all forms of it out, the process for it included; in CPU."""
    before = spent_by_children()
    for _ in range(times):
        shrink(data, WHOLE)
    note = f"{len(data) / 1000:,.0f} KB, encoded twice; mean of {times}"
    return at_most(f"{what}: copied", (spent_by_children() - before) / times, 2, "s", note)


def spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def encoded(picture: Image.Image, form: str, how: Mapping[str, Any]) -> tuple[float, bytes]:
    made, began = io.BytesIO(), time.process_time()
    picture.save(made, form, **how)
    return time.process_time() - began, made.getvalue()


def loss(picture: Image.Image, data: bytes) -> float:
    """The peak signal-to-noise ratio: 40 dB is hardly seen, 30 is."""
    with Image.open(io.BytesIO(data)) as again:
        histogram = ImageChops.difference(picture, again.convert("RGB")).histogram()
    squares = sum((level % 256) ** 2 * count for level, count in enumerate(histogram))
    return 10 * math.log10(255**2 * sum(histogram) / squares) if squares else math.inf


def photograph(width: int = 4000, height: int = 3000) -> Image.Image:
    chance = random.Random(1)
    clouds = Image.effect_noise((width // 16, height // 16), 60).resize((width, height)).convert("RGB")
    made = Image.blend(clouds, Image.linear_gradient("L").resize((width, height)).convert("RGB"), 0.5)
    drawing = ImageDraw.Draw(made)
    for _ in range(120):
        x, y, size = chance.randrange(width), chance.randrange(height), chance.randrange(40, 600)
        colour = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
        drawing.ellipse((x, y, x + size, y + size), fill=colour)
    soft = made.filter(ImageFilter.GaussianBlur(4))
    return Image.blend(soft, Image.effect_noise((width, height), 25).convert("RGB"), 0.15)


def screenshot(width: int = 1170, height: int = 2532) -> Image.Image:
    chance = random.Random(2)
    made = Image.new("RGB", (width, height), "white")
    drawing, font = ImageDraw.Draw(made), ImageFont.load_default(30)
    for number, y in enumerate(range(20, height, 44)):
        line = " ".join("".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(9))
        drawing.text((30, y), line, fill=(20, 20, 20) if number % 5 else (200, 30, 30), font=font)
    return made
