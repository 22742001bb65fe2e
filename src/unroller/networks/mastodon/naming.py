"""The bot's name in posts: the API tells only the address of its profile, and everybody else its actor id."""

from __future__ import annotations

from msgspec.structs import replace

from unroller.core.body import Block, Run
from unroller.core.conversation import Conversation
from unroller.core.model import Post
from unroller.networks.mastodon.session import Session


def name_bot(conversation: Conversation, bot: Session | None) -> None:
    """Let the posts that mention `bot` by its address mention it by its id.

    Else a thread's last post that only calls the bot would be part of it.
    """
    if bot is None or bot.url in ("", bot.id):
        return
    for ref, post in conversation.posts.items():
        if any(run.mention == bot.url for block in post.body for run in block.runs):
            conversation.posts[ref] = _named(post, bot)


def _named(post: Post, bot: Session) -> Post:
    def run(one: Run) -> Run:
        return replace(one, mention=bot.id) if one.mention == bot.url else one

    def block(one: Block) -> Block:
        return replace(one, runs=tuple(map(run, one.runs)))

    return replace(post, body=tuple(map(block, post.body)))
