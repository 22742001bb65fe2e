"""What a person names, opened: data exports, by the kind of archive that each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from unroller.archives.files import open_files
from unroller.core.errors import InputError
from unroller.core.ports import Archive, Files


@dataclass(frozen=True, slots=True)
class Chosen:
    """Exports of one kind, which are read as one."""

    archive: Archive
    sources: tuple[Files, ...]

    @property
    def doubt(self) -> str:
        """What the owner must be sure of before anything is published; `""` when nothing."""
        return self.archive.doubt(self.sources)


@contextmanager
def opened(archives: Mapping[str, Archive], paths: Sequence[Path]) -> Iterator[tuple[Chosen, ...]]:
    """What is at `paths`, by the kind of archive that it is, while the block lasts.

    Raises:
        InputError: a path cannot be opened, or is no archive of a kind that is known.
    """
    with ExitStack() as stack:
        found: dict[str, list[Files]] = {}
        for path in paths:
            files = stack.enter_context(open_files(path))
            found.setdefault(_kind_of(archives, files), []).append(files)
        yield tuple(Chosen(archives[name], tuple(files)) for name, files in found.items())


def _kind_of(archives: Mapping[str, Archive], files: Files) -> str:
    for name, archive in archives.items():
        if archive.recognise(files):
            return name
    known = ", ".join(archive.title for archive in archives.values())
    raise InputError(f"{files.name} is no archive that is known here; there are: {known or 'none'}.")
