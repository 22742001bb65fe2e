"""A thread → JSON that can be read back without loss."""

from __future__ import annotations

from unroller.core.codec import thread_to_json
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame


class Json:
    """The whole thread as programs want it."""

    name = "json"
    title = "JSON"
    media_type = "application/json"
    suffix = ".json"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The thread as one JSON object."""
        return thread_to_json(thread)
