"""What can be said of a thread in a few words: its address, title, length, beginning."""

from __future__ import annotations

import base64
import hashlib
import math
import re
import unicodedata
from functools import lru_cache

from unroller.core.body import BlockKind, plain
from unroller.core.model import Post, PostRef, Thread

WORDS_A_MINUTE = 230
CJK_A_MINUTE = 500

_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_COUNTER = re.compile(r"\s*[(\[]?\d{1,3}\s*(?:/\s*(?:\d{1,3}|n|N|x|X)?|[).\]])[)\]]?[\s:.\-]*(?=\S)")
_LINK = re.compile(r"https?://\S+")
_PRIMARY_TAG = re.compile(r"[a-z]{2,3}")
_SENTENCE_END = re.compile(r"[.!?…؟](?=\s|$)|[。！？](?:[.!?…。！？؟](?=\s|$))?")


@lru_cache(maxsize=4096)  # asked half a dozen times of each thread that is saved
def slug(ref: PostRef) -> str:
    """The address of the thread that begins with `ref`: twelve letters and digits, the same everywhere."""
    digest = hashlib.sha256(f"{ref.network}\n{ref.id}".encode()).digest()
    return base64.b32encode(digest[:8]).decode().lower()[:12]


def title(thread: Thread, length: int = 90) -> str:
    """The thread's first sentence, at most `length` characters; the author's name where no post has text."""
    for post in thread.posts:
        if post.warning or post.labels:
            continue
        if found := opening(post, length):
            return found
    return f"A thread by {thread.author.name}"


def opening(post: Post, length: int) -> str:
    """The first sentence of `post`, at most `length` characters; `""` where it has no words."""
    return _first_sentence(_title_text(post), length)


def excerpt(thread: Thread, length: int = 200) -> str:
    """The beginning of the thread's text on one line, at most `length` characters; `""` behind a warning."""
    words: list[str] = []
    for post in thread.posts:
        if post.warning or post.labels or sum(map(len, words)) > length:
            break
        words += plain(post.body).split()
    return shorten(" ".join(words), length)


def language(thread: Thread) -> str:
    """The primary tag, such as `de`, of the first post that names a language; `""` where none names one."""
    tag = primary(next((post.languages[0] for post in thread.posts if post.languages), ""))
    return tag if _PRIMARY_TAG.fullmatch(tag) else ""


def primary(tag: str) -> str:
    """The language of a tag, in lower case and without its region: `de` for `de-AT`."""
    return tag.partition("-")[0].lower()


def word_count(thread: Thread) -> int:
    """Words in all posts; each Chinese, Japanese or Korean character counts as one."""
    return sum(_words(post)[0] + _words(post)[1] for post in _posts(thread))


def minutes(thread: Thread) -> int:
    """Whole minutes to read the thread, at least one."""
    pairs = [_words(post) for post in _posts(thread)]
    spent = sum(words / WORDS_A_MINUTE + cjk / CJK_A_MINUTE for words, cjk in pairs)
    return max(1, math.ceil(spent))


def _posts(thread: Thread) -> tuple[Post, ...]:
    return (*thread.posts, *(post for aside in thread.elsewhere for post in aside.posts))


def _words(post: Post) -> tuple[int, int]:
    text = plain(post.body)
    return len(_CJK.sub(" ", text).split()), len(_CJK.findall(text))


def _title_text(post: Post) -> str:
    """The first block with text, without a leading counter, links, or marks such as a thread emoji."""
    for block in post.body:
        if block.kind is BlockKind.UNKNOWN:
            continue
        text = _LINK.sub(" ", block.text)
        begin = found.end() if (found := _COUNTER.match(text)) else 0
        line = " ".join(text[begin:].split())
        line = line.strip("🧵👇⬇️ \t:–—-")
        if any(unicodedata.category(c)[0] in "LN" for c in line):
            return line
    return ""


def _first_sentence(text: str, length: int) -> str:
    ends = (found.end() for found in _SENTENCE_END.finditer(text))
    end = next((end for end in ends if end >= 12), len(text))
    return shorten(text[:end].strip(), length) if end <= length else shorten(text, length)


def shorten(text: str, length: int) -> str:
    """`text` at most `length` characters long, cut between words where that is possible."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    at = head.rfind(" ")
    return (head[:at] if at > length // 2 else head).rstrip(" ,;:–—-") + "…"
