"""What an export of X consists of, in all its eras; which of its files may be opened, and no others.

2012 to 2018 a file for each month, later `tweet.js`, since 2022 `tweets.js`, in parts where it is large.
https://help.x.com/en/managing-your-account/how-to-download-your-x-archive
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from unroller.core.ports import Files

_FOLDER = r"(?P<folder>(?:[^/]+/)*)"
_POSTS = re.compile(_FOLDER + r"tweets?(?:-part\d+)?\.js(?:on)?")
_MONTHS = re.compile(_FOLDER + r"js/tweets/\d{4}_\d{2}\.js")
_NOTES = re.compile(_FOLDER + r"note-tweet(?:-part\d+)?\.js")
_ABOUT = re.compile(
    _FOLDER + r"(?:account|profile|manifest|protected-history|js/user_details|js/payload_details)\.js"
)
_MEDIA = re.compile(_FOLDER + r"tweets?_media/\d+-[^/]+")
_COMMUNITIES = re.compile(_FOLDER + r"community-tweet(?:-part\d+)?\.js")
_HEAD = 1 << 16
_SPACE = rb"[\s\xef\xbb\xbf]*"
_OURS = re.compile(_SPACE + rb"(?:window\.YTD\.tweets?\.part\d+|Grailbird\.data\.tweets_\d+_\d+)\s*=")
_BARE = re.compile(_SPACE + rb"(?:(?:module\.exports|(?:var|let|const)\s+\w+)\s*=|export\s+default)?\s*\[")
_EXPORT = re.compile(
    _SPACE + rb"(?:window\.(?:__THAR_CONFIG|YTD\.account\.part\d+)|var\s+(?:user|payload)_details)\s*="
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_FIELDS = (rb"\bid_str\b", rb"\bcreated_at\b", rb"\b(?:full_)?text\b")
_USER = re.compile(rb"""(?<!\\)["']user["']\s*:\s*\{""")
_DELETED = re.compile(rb"""(?<!\\)["']?\bdeleted_at["']?\s*:""")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of what is read of one export. `media` are what posts show, opened to be copied.

    `communities` are lists of posts in communities, which are never opened.
    """

    posts: tuple[str, ...]
    notes: tuple[str, ...]
    about: tuple[str, ...]
    media: frozenset[str]
    communities: tuple[str, ...] = ()

    def named(self, name: str) -> str | None:
        """The path of a file about the account or the export; `None` where there is none."""
        return next((path for path in self.about if path.rpartition("/")[2] == name), None)


def layout_of(files: Files) -> Layout:
    """What there is to read in `files`. A file alone is taken for posts, whatever it is called."""
    names = files.names()
    posts = tuple(names) if len(names) == 1 and not _is_other(names[0]) else _posts(names)
    return Layout(
        posts=posts,
        notes=tuple(sorted(filter(_NOTES.fullmatch, names))),
        about=tuple(sorted(filter(_ABOUT.fullmatch, names), key=lambda name: (name.count("/"), name))),
        media=frozenset(filter(_MEDIA.fullmatch, names)),
        communities=tuple(filter(_COMMUNITIES.fullmatch, names)),
    )


def open_named(files: Files, name: str) -> BinaryIO:
    """Open one of the files that may be opened: posts, what is longer of them, and whose they are.

    Messages, circles, what was deleted, addresses, numbers, advertisements: nobody here can open them.

    Raises:
        PermissionError: it is none of them; a mistake of ours.
        InputError: as `Files.open`.
    """
    known = any(pattern.fullmatch(name) for pattern in (_POSTS, _MONTHS, _NOTES, _ABOUT))
    if not known and (len(files.names()) != 1 or _is_other(name)):
        raise PermissionError(name)
    return files.open(name)


def holds_posts(files: Files, name: str) -> bool:
    """Whether the file begins as a list of posts does, and not of deleted ones.

    A list without X's own heading that names an author in each post is a researcher's file.
    """
    head = _head(files, name)
    if _DELETED.search(head):
        return False
    bare = _BARE.match(head) and not _USER.search(head) and all(re.search(field, head) for field in _FIELDS)
    return bool(bare or _OURS.match(head))


def is_export(files: Files, layout: Layout) -> bool:
    """Whether a file about the account or the export begins as X's do: its lists are X's, however damaged."""
    return len(files.names()) > 1 and any(_EXPORT.match(_head(files, name)) for name in layout.about)


def _head(files: Files, name: str) -> bytes:
    """How the file begins, in UTF-8: other encodings are refused by whoever reads it, who says so."""
    with open_named(files, name) as opened:
        head = opened.read(_HEAD)
    return head.decode("utf-16", "replace").encode() if head.startswith(_UTF_16) else head


def _is_other(name: str) -> bool:
    """Whether a file that is alone is another list of an export, by the names that X gives them."""
    others = r"deleted|circle|community|direct|message|headers|(?:^|/)(?:account|ad-|ip-)"
    return re.search(others, name) is not None


def _posts(names: Iterable[str]) -> tuple[str, ...]:
    """The files of posts of one folder: that which lies highest, should there be several."""
    folders: dict[str, list[str]] = {}
    for name in names:
        if found := _POSTS.fullmatch(name) or _MONTHS.fullmatch(name):
            folders.setdefault(found["folder"], []).append(name)
    highest = min(folders, key=lambda folder: (folder.count("/"), folder != "data/", folder), default="")
    return tuple(sorted(folders.get(highest, ())))
