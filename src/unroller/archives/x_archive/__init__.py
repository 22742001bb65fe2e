"""The data export that X gives to the owner of an account, of every era since 2012.

Reading order: layout (which files there are, and may be opened), owner, exports, reading; and
archives/x_index.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unroller.archives.x_archive import doubts
from unroller.archives.x_archive.layout import holds_posts, is_export, layout_of
from unroller.archives.x_archive.reading import read
from unroller.core.ports import Files, Gathering, Report


class XArchive:
    """`ports.Archive`, for exports of X."""

    name = "x"
    title = "X (Twitter) data export"

    def recognise(self, files: Files) -> bool:
        """Whether a file in it begins as X's lists of posts do, or as what X says of the account."""
        layout = layout_of(files)
        return any(holds_posts(files, name) for name in layout.posts[:3]) or is_export(files, layout)

    def doubt(self, sources: Sequence[Files]) -> str:
        """That posts for a circle may stand among the public ones, or that the account was protected."""
        return " ".join(filter(None, map(doubts.of, sources)))

    def read(self, sources: Sequence[Files], report: Report, *, single: bool = False) -> Iterator[Gathering]:
        """See `ports.Archive.read`. Exports of one account are merged: what only an older one has stays.

        Raises:
            InputError: a list of posts is damaged, missing or of another account, or nothing says whose.
        """
        return read(sources, report, single=single)
