"""A post → the conversation around it, in the fewest requests.

1. The AppView gives the post and all its parents in one answer. More only where the author's own
   posts go up further than that.
2. The author's own list, from the topmost of these posts on, tells everything else that the author
   wrote since. What of it belongs to the thread is for the core to say, and then `read` gets it.
3. A long line is read at once, as the parents of its last post, and the rest in batches of 25.
4. Where the list was not read to its end, the AppView is asked again at the tips: it shows ten
   levels of replies at a time, whatever it is asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from unroller.core.conversation import Conversation, Evidence, Sketch
from unroller.core.errors import AbsentError, RefusedError, WireError
from unroller.core.model import Absence, Post, PostRef
from unroller.networks.bluesky import appview, links
from unroller.networks.bluesky.appview import AppView, Node
from unroller.networks.bluesky.labels import Scope
from unroller.networks.bluesky.listing import Listing, Listings
from unroller.networks.bluesky.parse import parse_original, parse_post

SOURCE = "the author's own list of posts"
MOST_CLIMBS = 30
MOST_DESCENTS = 60
# What no key comes after.
_LAST_KEY = "\x7f"

Clock = Callable[[], datetime]


@dataclass(slots=True)
class _Found:
    """What the AppView has told so far. `top` is the author's topmost post reached from the focus."""

    top: Post
    posts: dict[PostRef, Post] = field(default_factory=dict)
    records: dict[PostRef, bytes] = field(default_factory=dict)
    absent: dict[PostRef, Absence] = field(default_factory=dict)

    def take(self, post: Post, node: Node) -> None:
        self.posts[post.ref] = post
        self.records[post.ref] = parse_original(node["post"])


class Threads:
    """Fetches and reads threads. Keeps nothing but where accounts live."""

    def __init__(self, view: AppView, listings: Listings, scope: Callable[[], Scope], clock: Clock) -> None:
        self._view = view
        self._listings = listings
        self._scope = scope
        self._clock = clock

    def fetch(self, ref: PostRef) -> Conversation:
        """The conversation around `ref`, as `ports.Network.fetch` promises."""
        scope = self._scope()
        node = self._view.thread(ref, levels=0, parents=appview.MOST_PARENTS)
        focus = parse_post(node["post"], scope)
        if focus is None:
            raise WireError("Bluesky answered with a post that makes no sense.")
        found = _Found(focus)
        self._climb(node, found, scope)
        after = _before(found.top, found.absent)
        listing = _checked(self._listings.read(focus.author.id, after), after, found)
        if not listing.whole:
            self._descend(found, listing, scope)
        return _conversation(focus.ref, found, listing, self._clock())

    def _climb(self, node: Node, found: _Found, scope: Scope) -> None:
        """Take in `node`, the author's posts above it, and the first post by somebody else."""
        asked: set[PostRef] = set()
        while len(asked) < MOST_CLIMBS:
            _take_line(node, found, scope)
            above = found.top.parent
            if above is None or above in found.posts or above in found.absent or above in asked:
                return
            asked.add(above)
            try:
                node = self._view.thread(above, levels=0, parents=appview.MOST_PARENTS)
            except AbsentError:
                found.absent[above] = Absence.NOT_FOUND
            except RefusedError:
                found.absent[above] = Absence.BLOCKED

    def _descend(self, found: _Found, listing: Listing, scope: Scope) -> None:
        """Take in the author's posts below the topmost one, asking again wherever the answer was cut.

        What the list told of up to where it was read is not asked for again.
        """
        answered = {sketch.parent for sketch in listing.sketches}
        asked: set[PostRef] = set()
        tips = deque(dict.fromkeys([found.top.ref, *_tips(found.top.ref, listing.sketches)]))
        while tips and len(asked) < MOST_DESCENTS:
            tip = tips.popleft()
            asked.add(tip)
            try:
                node = self._view.thread(tip, levels=appview.MOST_LEVELS, parents=0)
            except (AbsentError, RefusedError, WireError):
                continue
            cut = _take_below(node, found, scope)
            tips += (ref for ref in cut if ref not in answered and ref not in asked)

    def read(self, refs: Sequence[PostRef], into: Conversation) -> None:
        """Add `refs` to `into`, as `ports.Network.read` promises."""
        scope = self._scope()
        asked = [ref for ref in dict.fromkeys(refs) if links.post_ref(ref.id) == ref]
        posts: dict[PostRef, Post] = {}
        records: dict[PostRef, bytes] = {}
        for view in self._views(asked):
            if post := parse_post(view, scope):
                posts[post.ref] = post
                records[post.ref] = parse_original(view)
        reach = _reach(into)
        lost = {ref: _absence(ref, into, reach) for ref in refs if ref not in posts}
        into.add(posts.values(), absent=lost, records=records)
        into.owners.update((ref, links.owner(ref)) for ref in lost if links.owner(ref))

    def _views(self, refs: Sequence[PostRef]) -> Iterator[Node]:
        """The views of `refs`, which stand in reading order, in as few requests as their shape allows.

        A long line comes at once as the parents of its last post; what else there is comes in batches.
        """
        left = dict.fromkeys(refs)
        while len(left) > appview.MOST_POSTS_AT_ONCE:
            line = self._line(next(reversed(left)), left)
            if len(line) <= appview.MOST_POSTS_AT_ONCE:
                break
            yield from line.values()
            left = dict.fromkeys(ref for ref in left if ref not in line)
        yield from self._view.posts(list(left))

    def _line(self, last: PostRef, wanted: Container[PostRef]) -> dict[PostRef, Node]:
        """The views of `last` and of its parents that are `wanted`; none where `last` is not shown."""
        try:
            node = self._view.thread(last, levels=0, parents=appview.MOST_PARENTS)
        except (AbsentError, RefusedError):
            return {}
        views = [above["post"] for above in _upwards(node) if isinstance(above.get("post"), dict)]
        known = ((links.post_ref(view.get("uri")), view) for view in views)
        return {ref: view for ref, view in known if ref and ref in wanted}


def _take_line(node: Node, found: _Found, scope: Scope) -> None:
    """Take in `node` and what stands above it, up to the first that is not the author's."""
    author = found.top.author.id
    for above in _upwards(node):
        post = parse_post(above.get("post"), scope)
        if post is None:
            _take_gap(above, found)
            return
        if post.ref in found.posts:
            return
        found.take(post, above)
        if post.author.id != author:
            return
        found.top = post


def _take_gap(node: Node, found: _Found) -> None:
    ref = links.post_ref(node.get("uri"))
    if ref is not None and ref == found.top.parent:
        blocked = node.get("$type") == appview.BLOCKED_POST
        found.absent[ref] = Absence.BLOCKED if blocked else Absence.NOT_FOUND


def _upwards(node: object) -> Iterator[Node]:
    while isinstance(node, dict):
        yield node
        node = node.get("parent")


def _take_below(node: Node, found: _Found, scope: Scope) -> list[PostRef]:
    """Take in the author's posts that hang from `node` by the author's own; return where it was cut."""
    author, tips, left = found.top.author.id, [], [node]
    while left:
        current = left.pop()
        post = parse_post(current.get("post"), scope)
        if post is None or post.author.id != author:
            continue
        found.take(post, current)
        replies = current.get("replies")
        if isinstance(replies, list) and replies:
            left += (reply for reply in replies if isinstance(reply, dict))
        elif _has_replies(current):
            tips.append(post.ref)
    return tips


def _tips(top: PostRef, sketches: Sequence[Sketch]) -> Iterator[PostRef]:
    """The posts below `top`, by the list, that nothing of the author's follows there."""
    below: dict[PostRef | None, list[PostRef]] = {}
    for sketch in sketches:
        below.setdefault(sketch.parent, []).append(sketch.ref)
    left, seen = [top], {top}
    while left:
        ref = left.pop()
        following = [one for one in below.get(ref, ()) if one not in seen]
        seen.update(following)
        left += following
        if ref not in below:
            yield ref


def _has_replies(node: Node) -> bool:
    count = node["post"].get("replyCount")
    return isinstance(count, int) and count > 0


def _before(top: Post, absent: Container[PostRef]) -> str:
    """The key after which the author's list is read.

    It is the topmost post's; where the post above that is the author's too, but missing, it is a key
    before anything of the whole conversation, so that what stands above the missing post is found.
    """
    if top.parent is None or top.parent not in absent or top.parent_author != top.author.id:
        return top.order
    keys = [uri.key for ref in (top.parent, top.root) if ref and (uri := links.post_uri(ref.id))]
    return min(keys)[:-1]


def _checked(listing: Listing, after: str, found: _Found) -> Listing:
    """`listing`; it proves nothing any more where it lacks a post that the AppView has just shown."""
    listed = {sketch.ref: sketch.order for sketch in listing.sketches}
    end = _LAST_KEY if listing.whole else max(listed.values(), default="")
    own = (post for post in found.posts.values() if post.author.id == found.top.author.id)
    if any(after < post.order <= end and post.ref not in listed for post in own):
        why = "the author's own server left out posts that Bluesky shows"
        return Listing(listing.sketches, why=why)
    return listing


def _conversation(focus: PostRef, found: _Found, listing: Listing, now: datetime) -> Conversation:
    evidence = Evidence(SOURCE, now, exhaustive=listing.whole, until=listing.until, why=listing.why)
    conversation = Conversation(focus, evidence)
    conversation.sketches.update((sketch.ref, sketch) for sketch in listing.sketches)
    conversation.add(found.posts.values(), absent=found.absent, records=found.records)
    reach = _reach(conversation)
    for ref, reason in found.absent.items():
        if reason is Absence.NOT_FOUND:
            conversation.absent[ref] = _absence(ref, conversation, reach)
    conversation.owners.update((ref, links.owner(ref)) for ref in found.absent)
    return conversation


def _reach(conversation: Conversation) -> tuple[str, str] | None:
    """The keys between which the author's list was read; `None` when nothing can be concluded from it."""
    evidence, focus = conversation.evidence, conversation.posts.get(conversation.focus)
    if focus is None or not (evidence.exhaustive or evidence.until):
        return None
    first = _before(_topmost(focus, conversation.posts), conversation.absent)
    keys = (sketch.order for sketch in conversation.sketches.values())
    return first, _LAST_KEY if evidence.exhaustive else max(keys, default="")


def _topmost(post: Post, posts: Mapping[PostRef, Post]) -> Post:
    """The first post that is reached from `post` through the author's own."""
    seen = {post.ref}
    while (above := posts.get(post.parent) if post.parent else None) and above.ref not in seen:
        if above.author.id != post.author.id:
            break
        seen.add(above.ref)
        post = above
    return post


def _absence(ref: PostRef, conversation: Conversation, reach: tuple[str, str] | None) -> Absence:
    """Why `ref` is not shown. Only the author's own list tells what is hidden from what is deleted."""
    if ref in conversation.sketches:
        return Absence.NOT_PUBLIC
    own = links.owner(ref) == links.owner(conversation.focus)
    listed = reach is not None and reach[0] < links.key_of(ref) <= reach[1]
    return Absence.DELETED if listed and own else Absence.NOT_FOUND
