"""What servers send, with something in it that is not what it should be."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(st.text(max_size=8), deeper, max_size=3),
    max_leaves=6,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        found += [place for key in value for place in _places(value[key], (*path, key))]
    if isinstance(value, list):
        found += [place for key, item in enumerate(value) for place in _places(item, (*path, key))]
    return found


@st.composite
def spoilt(draw: st.DrawFn, views: list[Any]) -> Any:
    """One of `views` in which one to three values are replaced."""
    view = copy.deepcopy(draw(st.sampled_from(views)))
    for _ in range(draw(st.integers(1, 3))):
        places = _places(view)
        if not places:
            return draw(JSON)
        *path, last = draw(st.sampled_from(places))
        holder = view
        for step in path:
            holder = holder[step]
        holder[last] = draw(JSON | st.sampled_from([view, [view], {"id": holder[last]}]).map(copy.deepcopy))
    return view
