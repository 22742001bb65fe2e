"""How pictures stand side by side: whole, in rows of equal height, by the shape that each says it has."""

from __future__ import annotations

import math

from unroller.core.model import Media

_SHAPES = ((9, 16), (2, 3), (3, 4), (1, 1), (4, 3), (3, 2), (16, 9), (2, 1))
_ALIKE = math.log(1.1)


def shape(media: Media) -> str:
    """The classes that tell a style sheet the shape of `media`; `""` where its size is not known.

    Widths follow from the nearest of a few shapes, for a page has no styles within its elements. What is
    further than a tenth from all of them is `odd`, and is not cut to fit.
    """
    width, height = media.width or 0, media.height or 0
    if width <= 0 or height <= 0:
        return ""
    distance, (wide, high) = min((abs(math.log(width * h / (height * w))), (w, h)) for w, h in _SHAPES)
    return f"s{wide}-{high}{'' if distance <= _ALIKE else ' odd'}"
