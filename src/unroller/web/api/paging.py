"""Long lists, a page at a time."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from msgspec import Meta, Struct

from unroller.flows.browse import MOST_PAGES
from unroller.web.api.calls import Call

Number = Annotated[int, Meta(ge=1, le=MOST_PAGES, description="Which page of the list, from 1 on.")]


class Paged(Struct, frozen=True, forbid_unknown_fields=True):
    """Which page of a list is wanted."""

    page: Number = 1


def next_page(call: Call[Paged], *, more: bool) -> str | None:
    """The address of the page after this one, where there is one."""
    page, url = call.asked.page, call.request.url
    if not more or page >= MOST_PAGES:
        return None
    asked = [pair for pair in call.request.query_params.multi_items() if pair[0] != "page"]
    return f"{call.desk.library.settings.base_url}{url.path}?{urlencode([*asked, ('page', page + 1)])}"
