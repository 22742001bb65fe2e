"""What is no part of a thread although its author wrote it: the call for the bot at its end."""

from __future__ import annotations

from unroller.core.calls import is_only_command
from unroller.core.model import Post


def is_own_call(post: Post, bots: frozenset[str]) -> bool:
    """Whether `post` mentions one of `bots` and holds nothing else but a command."""
    runs = [run for block in post.body for run in block.runs]
    if not any(run.mention in bots for run in runs) or post.media or post.quote or post.card or post.poll:
        return False
    words = " ".join(run.text for run in runs if run.mention not in bots)
    return is_only_command(words)
