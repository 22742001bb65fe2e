"""The two vocabularies of X's API: what may be asked for in each, and objects written in each.

`post` is that of the OpenAPI document 2.167 (https://api.x.com/2/openapi.json), `tweet` that of the prose
documentation (https://docs.x.com/x-api/fundamentals/data-dictionary) and of every older answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.testnet.x_world import Person, Said, Wire, World


@dataclass(frozen=True)
class Vocabulary:
    """What one family of names calls things, and what its documentation lets be asked for."""

    name: str  # "post" or "tweet"
    fields: frozenset[str]
    expansions: frozenset[str]

    @property
    def parameter(self) -> str:
        return f"{self.name}.fields"

    @property
    def note(self) -> str:
        return f"note_{self.name}"

    @property
    def referenced(self) -> str:
        return f"referenced_{self.name}s"

    @property
    def history(self) -> str:
        return f"edit_history_{self.name}_ids"

    @property
    def plural(self) -> str:
        return f"{self.name}s"

    @property
    def expands_references(self) -> str:
        return self.referenced if self.name == "post" else f"{self.referenced}.id"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHARED = _names(
    "article attachments card_uri community_id context_annotations conversation_id created_at"
    " display_text_range edit_controls entities geo id lang media_metadata non_public_metrics"
    " organic_metrics paid_partnership possibly_sensitive promoted_metrics public_metrics reply_settings"
    " scopes source suggested_source_links suggested_source_links_with_counts text withheld"
)
_EXPANSIONS = _names(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet"
    " attachments.poll_ids author_id entities.mentions.username geo.place_id in_reply_to_user_id"
)
POST = Vocabulary(
    "post",
    _SHARED | {"article_title", "matched_media_notes", "note_post", "note_request_suggestions"},
    _EXPANSIONS | {"edit_history_post_ids", "referenced_posts", "username"},
)
TWEET = Vocabulary(
    "tweet",
    _SHARED
    | {"author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "note_tweet", "referenced_tweets"},
    _EXPANSIONS
    | {"edit_history_tweet_ids", "entities.note.mentions.username"}
    | {"referenced_tweets.id", "referenced_tweets.id.author_id"},
)
USER_FIELDS = _names(
    "confirmed_email connection_status created_at description entities id is_identity_verified location"
    " name parody profile_banner_url profile_image_url protected public_metrics receives_your_dm"
    " subscribes_to_you subscription subscription_type url username verified verified_followers_count"
    " verified_type withheld"
)
MEDIA_FIELDS = _names(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url"
    " promoted_metrics public_metrics type url variants width"
)
POLL_FIELDS = _names("duration_minutes end_datetime id options voting_status")
PLACE_FIELDS = _names("contained_within country country_code full_name geo id name place_type")
# The part of an object that comes along with an expansion of another name.
_BRINGS = {
    "referenced_posts": "referenced_posts",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
    "attachments.media_keys": "attachments",
    "attachments.poll_ids": "attachments",
    "article.cover_media": "article",
    "article.media_entities": "article",
}


@dataclass(frozen=True)
class Wanted:
    """What one request asked for, in the vocabulary that it used."""

    words: Vocabulary
    fields: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()
    user: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    poll: frozenset[str] = frozenset()

    @property
    def parts(self) -> frozenset[str]:
        """The parts of a post that are sent: an expansion brings the ids that it expands."""
        brought = {_BRINGS.get(name, name) for name in self.expansions}
        always = {"id", "text", self.words.history}
        return self.fields | brought | always


@dataclass
class Writer:
    """Writes posts and people as one request asked for them, and collects what comes along."""

    world: World
    wanted: Wanted
    posts: dict[str, Wire] = field(default_factory=dict)
    users: dict[str, Wire] = field(default_factory=dict)
    media: dict[str, Wire] = field(default_factory=dict)
    polls: dict[str, Wire] = field(default_factory=dict)
    errors: list[Wire] = field(default_factory=list)

    def post(self, said: Said, *, id_: str = "", included: bool = False) -> Wire:
        """One post, with everything that its expansions bring."""
        whole = self._whole(said, id_ or said.id)
        self._expand(said, included=included)
        return {key: value for key, value in whole.items() if key in self.wanted.parts}

    def user(self, person: Person) -> Wire:
        """One account."""
        whole = {
            "id": person.id,
            "username": person.username,
            "name": person.name,
            "protected": person.protected,
            "created_at": "2010-11-06T00:00:00.000Z",
            "description": f"I am {person.name}",
            "profile_image_url": f"https://pbs.example/{person.id}_normal.jpg",
            **person.fields,
        }
        return {key: whole[key] for key in whole if key in self.wanted.user | {"id", "name", "username"}}

    def includes(self) -> Wire:
        """What came along, without what is empty."""
        told = {"users": self.users, self.wanted.words.plural: self.posts}
        told |= {"media": self.media, "polls": self.polls}
        return {name: list(found.values()) for name, found in told.items() if found}

    def _whole(self, said: Said, id_: str) -> Wire:
        words = self.wanted.words
        whole: Wire = {
            "id": id_,
            "text": said.past.get(id_, said.text),
            "author_id": said.by.id,
            "conversation_id": said.conversation,
            "created_at": said.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "lang": "en",
            "possibly_sensitive": False,
            "reply_settings": "everyone",
            "public_metrics": self._metrics(said),
            words.history: list(said.ids),
            **{words.note if key == "note" else key: value for key, value in said.fields.items()},
        }
        if references := list(_references(said)):
            whole[words.referenced] = references
        if said.answers:
            whole["in_reply_to_user_id"] = said.answers.by.id
        attached: Wire = {"media_keys": [item["media_key"] for item in said.media]} if said.media else {}
        attached |= {"poll_ids": [said.poll["id"]]} if said.poll else {}
        return whole | ({"attachments": attached} if attached else {})

    def _metrics(self, said: Said) -> Wire:
        replies = {id(one) for one in self.world.posts.values() if one.answers is said and not one.deleted}
        none = ("like_count", "quote_count", "bookmark_count", "impression_count")
        reposts = "repost_count" if self.wanted.words is POST else "retweet_count"
        return {"reply_count": len(replies), reposts: 0, **dict.fromkeys(none, 0)}

    def _expand(self, said: Said, *, included: bool) -> None:
        asked, words = self.wanted.expansions, self.wanted.words
        if "author_id" in asked or (included and "referenced_tweets.id.author_id" in asked):
            self.users.setdefault(said.by.id, self.user(said.by))
        if "in_reply_to_user_id" in asked and said.answers and not said.answers.by.suspended:
            self.users.setdefault(said.answers.by.id, self.user(said.answers.by))
        if "attachments.media_keys" in asked:
            for item in said.media:
                kept = self.wanted.media | {"media_key", "type"}
                self.media.setdefault(item["media_key"], {key: item[key] for key in item if key in kept})
        if "attachments.poll_ids" in asked and said.poll:
            kept = self.wanted.poll | {"id", "options"}
            self.polls.setdefault(said.poll["id"], {key: said.poll[key] for key in said.poll if key in kept})
        if words.expands_references in asked and not included:
            self._include(one for one in (said.answers, said.quotes, said.reposts) if one)

    def _include(self, referenced: Iterable[Said]) -> None:
        for one in referenced:
            if trouble := trouble_with(one, one.id, f"{self.wanted.words.referenced}.id"):
                self.errors.append(trouble)
            elif one.id not in self.posts:
                self.posts[one.id] = self.post(one, included=True)


def _references(said: Said) -> Iterable[Wire]:
    if said.answers:
        yield {"type": "replied_to", "id": said.answered_id}
    if said.quotes:
        yield {"type": "quoted", "id": said.quotes.id}
    if said.reposts:
        yield {"type": "retweeted", "id": said.reposts.id}


def trouble_with(said: Said | None, id_: str, parameter: str, kind: str = "tweet") -> Wire | None:
    """The problem that stands in an answer where a post cannot be shown; `None` where it can.

    https://docs.x.com/x-api/fundamentals/response-codes-and-errors
    """
    whole = {"value": id_, "resource_id": id_, "parameter": parameter, "resource_type": kind}
    if said is None or said.deleted:
        return whole | _problem(
            "resource-not-found", "Not Found Error", f"Could not find {kind} with {parameter}: [{id_}]."
        )
    if said.by.suspended:
        return whole | _problem(
            "resource-not-found", "Forbidden", f"User has been suspended: [{said.by.id}]."
        )
    if said.by.protected:
        detail = f"Sorry, you are not authorized to see the Tweet with {parameter}: [{id_}]."
        return (
            whole
            | {"section": "data"}
            | _problem("not-authorized-for-resource", "Authorization Error", detail)
        )
    return None


def trouble_with_user(person: Person | None, value: str, parameter: str) -> Wire | None:
    """The problem that stands in an answer where an account cannot be shown."""
    whole = {"value": value, "resource_id": value, "parameter": parameter, "resource_type": "user"}
    if person is None:
        return whole | _problem(
            "resource-not-found", "Not Found Error", f"Could not find user with {parameter}: [{value}]."
        )
    if person.suspended:
        return whole | _problem("resource-not-found", "Forbidden", f"User has been suspended: [{value}].")
    return None


def _problem(kind: str, title: str, detail: str) -> Wire:
    return {"type": f"https://api.x.com/2/problems/{kind}", "title": title, "detail": detail}
