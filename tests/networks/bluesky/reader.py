"""The talk between a network and the core, as the flow has it, with a count of what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from tests.testnet.bluesky import Sent
from unroller.core.assemble import assemble, wanted
from unroller.core.body import plain
from unroller.core.conversation import Conversation
from unroller.core.model import PostRef, Thread
from unroller.http import Polite
from unroller.networks.bluesky import Bluesky


@dataclass(slots=True)
class Reader:
    network: Bluesky
    client: Polite
    requests: int = 0
    received: int = 0

    def conversation(self, link: str | Sent) -> Conversation:
        ref = self.network.match(link if isinstance(link, str) else link.uri)
        assert ref is not None
        before = self.client.tally.read()
        conversation = self.network.fetch(ref)
        while refs := wanted(conversation):
            self.network.read(refs, conversation)
        after = self.client.tally.read()
        self.requests = after.requests - before.requests
        self.received = after.received - before.received
        return conversation

    def thread(self, link: str | Sent) -> Thread:
        return assemble(self.conversation(link))


def texts(thread: Thread) -> list[str]:
    return [plain(post.body) for post in thread.posts]


def ref(sent: Sent) -> PostRef:
    return PostRef("bluesky", sent.uri)
