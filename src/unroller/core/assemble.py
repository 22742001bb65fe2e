"""A conversation → the thread of the author of its focus.

The thread is every post by that author that hangs from the root through the author's own posts, or
through missing posts known to be the author's. Reading order is depth first, oldest child first.
Every order of arrival gives the same thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from unroller.core.chain import Chains, Link
from unroller.core.conversation import Conversation, Evidence
from unroller.core.model import Absence, Aside, Completeness, Gap, Post, PostRef, Thread, Wholeness
from unroller.core.tidy import is_own_call


def assemble(conversation: Conversation, *, bots: frozenset[str] = frozenset()) -> Thread:
    """The thread around the focus, which must be among the conversation's posts.

    `bots` are the ids of our own accounts: the author's last post is left out when all it does is
    to call one of them.
    """
    plan = _Plan(conversation, bots)
    posts, gaps = plan.read(plan.root)
    asides, strays = plan.asides(), plan.strays()
    root = conversation.posts.get(plan.root.ref)
    return Thread(
        ref=plan.root.ref,
        author=plan.author,
        posts=posts,
        gaps=gaps,
        completeness=_completeness(conversation, len(posts), gaps, asides, strays),
        context=plan.shown(root.parent) if root and root.parent and root.parent != root.ref else None,
        elsewhere=asides + strays,
        answers=plan.answers(),
    )


def wanted(conversation: Conversation) -> tuple[PostRef, ...]:
    """The posts that the thread around the focus still lacks, in reading order; empty when it is done.

    Besides the thread's own posts: the post that it answers, runs of the author's posts below other
    people's replies, and the replies between the two.
    """
    plan = _Plan(conversation, frozenset())
    lacking = [link.ref for link in plan.thread] + [ref for run in plan.runs for ref in plan.needs(run)]
    lacking += [link.ref for lost in plan.lost for link in plan.chains.walk(lost)]
    if plan.root.parent and plan.root.parent != plan.root.ref:
        lacking.append(plan.root.parent)
    return tuple(dict.fromkeys(ref for ref in lacking if conversation.lacks(ref)))


@dataclass(frozen=True, slots=True)
class _Run:
    """Two or more posts in a row by the author that begin as an answer to `under`."""

    top: Link
    under: PostRef


class _Plan:
    """Where the author's posts in one conversation belong."""

    def __init__(self, conversation: Conversation, bots: frozenset[str]) -> None:
        self.conversation = conversation
        self.bots = bots
        self.author = conversation.posts[conversation.focus].author
        self.chains = Chains(conversation, self.author.id)
        self.root = self.chains.root(conversation.focus)
        self.thread = tuple(self.chains.walk(self.root))
        self.members = frozenset(link.ref for link in self.thread)
        self.home = self.root.root or self.root.ref
        self.others = self._others()
        self.runs = tuple(_Run(top, top.parent) for top in self.others if top.children and top.parent)
        lost = (lost for lost in self.chains.lost() if lost.ref not in self.members)
        self.lost = tuple(link for link in lost if link.root == self.home)
        self.ends: dict[PostRef, PostRef] = {}

    def _others(self) -> tuple[Link, ...]:
        """The author's answers to other people in the same conversation, oldest first."""
        others = (top for top in self.chains.tops() if top.ref not in self.members and top.parent)
        return tuple(top for top in others if top.root == self.home)

    def needs(self, run: _Run) -> Iterator[PostRef]:
        """What `run` lacks: first the posts above it, then, if it hangs from the thread, its own."""
        ends = self._above(run)
        if ends not in self.members:
            yield ends
        else:
            yield from (link.ref for link in self.chains.walk(run.top))

    def _above(self, run: _Run) -> PostRef:
        """The first ancestor of `run` that is of the thread, or not known, or the last one there is."""
        seen: dict[PostRef, None] = {}
        ref = run.under
        while ref not in self.members and ref not in seen and self._is_known(ref):
            if ref in self.ends:
                ref = self.ends[ref]
                break
            seen[ref] = None
            ref = self._parent(ref) or ref
        self.ends.update(dict.fromkeys(seen, ref))
        return ref

    def _is_known(self, ref: PostRef) -> bool:
        """Whether it is known what stands above `ref`, be the post itself here or missing."""
        missing = ref in self.conversation.absent and ref in self.conversation.links
        return missing or ref in self.conversation.posts

    def _parent(self, ref: PostRef) -> PostRef | None:
        post = self.conversation.posts.get(ref)
        return post.parent if post else self.conversation.links[ref]

    def read(self, top: Link) -> tuple[tuple[Post, ...], tuple[Gap, ...]]:
        """The posts from `top` down in reading order, and the gaps between them."""
        posts: list[Post] = []
        gaps: list[Gap] = []
        for link in self.thread if top is self.root else self.chains.walk(top):
            post = self.conversation.posts.get(link.ref)
            if post is None:
                gaps.append(self._gap(link.ref, after=posts[-1].ref if posts else None))
            else:
                posts.append(post)
        followed = {gap.after for gap in gaps}
        while len(posts) > 1 and is_own_call(posts[-1], self.bots) and posts[-1].ref not in followed:
            posts.pop()
        return tuple(posts), tuple(gaps)

    def shown(self, ref: PostRef) -> Post | Gap:
        return self.conversation.posts.get(ref) or self._gap(ref)

    def _gap(self, ref: PostRef, after: PostRef | None = None) -> Gap:
        reason = self.conversation.absent.get(ref, Absence.NOT_FETCHED)
        return Gap(ref=ref, reason=reason, after=after)

    def asides(self) -> tuple[Aside, ...]:
        found = ((run, *self.read(run.top)) for run in self.runs if self._above(run) in self.members)
        return tuple(Aside(self.shown(run.under), posts, gaps) for run, posts, gaps in found if posts)

    def strays(self) -> tuple[Aside, ...]:
        """The author's posts in this conversation below a missing post whose place nobody knows."""
        found = ((lost, *self.read(lost)) for lost in self.lost)
        return tuple(Aside(self._gap(lost.ref), posts, gaps[1:]) for lost, posts, gaps in found if posts)

    def answers(self) -> tuple[str, ...]:
        """Links to single answers. Only a thread that begins its conversation can be sure of them."""
        if self.root.parent:
            return ()
        urls = (self._url(top.ref) for top in self.others if not top.children)
        return tuple(url for url in urls if url)

    def _url(self, ref: PostRef) -> str:
        known = self.conversation.posts.get(ref) or self.conversation.sketches.get(ref)
        return known.url if known and ref not in self.conversation.absent else ""


def _completeness(
    conversation: Conversation,
    found: int,
    gaps: tuple[Gap, ...],
    asides: tuple[Aside, ...],
    strays: tuple[Aside, ...],
) -> Completeness:
    evidence = conversation.evidence
    elsewhere = tuple(gap for aside in asides for gap in aside.gaps)
    proven = evidence.exhaustive and evidence.tells_deleted and not strays
    lacks = gaps or elsewhere or strays or evidence.cut
    state = Wholeness.PARTIAL if lacks else Wholeness.WHOLE if proven else Wholeness.UNKNOWN
    below = f"below other people's replies {_count(elsewhere)}" if elsewhere else ""
    why = (_count(gaps), below, _stray(strays), _doubt(conversation))
    return Completeness(
        state=state,
        found=found,
        expected=found + len(gaps) if proven else None,
        checked_at=evidence.checked_at,
        source=evidence.source,
        why="; ".join(words for words in why if words),
    )


def _count(gaps: tuple[Gap, ...]) -> str:
    """How many are missing and why: "one deleted, 2 not public"."""
    counts = Counter(gap.reason.value for gap in gaps)
    return ", ".join(f"{'one' if count == 1 else count} {reason}" for reason, count in counts.items())


def _stray(strays: tuple[Aside, ...]) -> str:
    """That there are posts whose place is not known."""
    count = sum(len(aside.posts) for aside in strays)
    posts = "one post" if count == 1 else f"{count} posts"
    return f"{posts} below a missing one, whose place is not known" if count else ""


def _doubt(conversation: Conversation) -> str:
    evidence = conversation.evidence
    deleted = "" if evidence.tells_deleted else "this server does not tell of deleted posts"
    return "; ".join(words for words in (deleted, _unread(evidence)) if words)


def _unread(evidence: Evidence) -> str:
    """What was not read of the author's own list, or what is not known although it was."""
    if evidence.exhaustive:
        return evidence.why
    if evidence.until:
        return f"not known to be complete after {evidence.until:%Y-%m-%d}"
    return evidence.why or "not known to be complete"
