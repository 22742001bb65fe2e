"""A thread → how to cite it in Zotero, pandoc and the like: CSL-JSON with one item.

https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.exports.citation import Citation, cite


class Csl:
    """A list of one item of the type `post`."""

    name = "csl"
    title = "CSL"
    media_type = "application/vnd.citationstyles.csl+json"
    suffix = ".csl.json"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The list, as UTF-8, ending with a line feed."""
        text = json.dumps([_item(cite(thread, verdict, frame))], ensure_ascii=False, indent=2)
        return f"{text}\n".encode(errors="replace")


def _item(found: Citation) -> dict[str, Any]:
    item = {
        "id": found.key,
        "type": "post",
        "title": found.title,
        "author": [{"literal": found.author}],
        "container-title": found.network,
        "genre": found.kind,
        "issued": _day(found.issued),
        "accessed": _day(found.accessed),
        "URL": found.url,
        "archive_location": found.page,
        "language": found.language,
    }
    return {name: value for name, value in item.items() if value}


def _day(time: datetime) -> dict[str, Any]:
    return {"date-parts": [[time.year, time.month, time.day]]}
