"""What is asked for with every post, in either of X's two families of names.

`tweet` is what the prose documentation and every known client send, `post` what the OpenAPI document
(2.167) has. There a post's author, its parent and its versions only come with an expansion, so that the
posts and accounts that it refers to come along, and may be billed.
https://docs.x.com/x-api/fundamentals/data-dictionary, https://api.x.com/2/openapi.json
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_FIELDS = (
    *("article", "attachments", "conversation_id", "created_at", "display_text_range", "entities", "id"),
    *("lang", "possibly_sensitive", "public_metrics", "text", "withheld"),
)
_EXPANSIONS = (
    *("article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.poll_ids"),
    "author_id",
)
_USER = ("id", "name", "profile_image_url", "protected", "username", "withheld")
_MEDIA = ("alt_text", "height", "media_key", "preview_image_url", "type", "url", "variants", "width")
_POLL = ("end_datetime", "id", "options")

DISPENSABLE = frozenset({"article", "article.cover_media", "article.media_entities", "display_text_range"})
"""What X may refuse to know without a thread being read wrongly: the youngest names."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One family of names. `posts_each` and `users_each` are how much each post can bring along at most."""

    name: str
    fields: tuple[str, ...]
    expansions: tuple[str, ...]
    posts_each: int = 0
    users_each: int = 0

    def params(self, without: Collection[str] = ()) -> dict[str, str]:
        """The parameters that ask for all that a post is made of, but for the names in `without`."""
        asked = {f"{self.name}.fields": self.fields, "expansions": self.expansions}
        asked |= {"user.fields": _USER, "media.fields": _MEDIA, "poll.fields": _POLL}
        return {key: ",".join(name for name in names if name not in without) for key, names in asked.items()}


TWEET = Vocabulary(
    "tweet",
    (
        *_FIELDS,
        *("author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "note_tweet", "referenced_tweets"),
    ),
    _EXPANSIONS,
)
POST = Vocabulary(
    "post",
    (*_FIELDS, "note_post"),
    (*_EXPANSIONS, "edit_history_post_ids", "in_reply_to_user_id", "referenced_posts"),
    posts_each=2,
    users_each=1,
)
BY_NAME = {one.name: one for one in (TWEET, POST)}
