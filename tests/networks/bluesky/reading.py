"""A whole thread from the paper network, as the flow reads it."""

from __future__ import annotations

from unroller.core.assemble import assemble, wanted
from unroller.core.conversation import Conversation
from unroller.core.model import PostRef, Thread
from unroller.networks.bluesky import Bluesky


def read(bluesky: Bluesky, at: str) -> Conversation:
    conversation = bluesky.fetch(PostRef("bluesky", at))
    while refs := wanted(conversation):
        bluesky.read(refs, conversation)
    return conversation


def unroll(bluesky: Bluesky, at: str) -> Thread:
    return assemble(read(bluesky, at))
