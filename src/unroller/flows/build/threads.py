"""Threads → the files of their folders, by as many processes as there are processors."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from unroller.core.errors import SetupError
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Export, Frame
from unroller.core.search import searchable
from unroller.exports.offline import MEDIA, beside, without_far_films
from unroller.exports.search import Said, text_file, text_script
from unroller.flows.build.choice import CARD
from unroller.flows.log import log
from unroller.plugins import load_exports
from unroller.store.folder import copy, digest, write

PAGE = "index.html"

FEW = 60
"""Threads that are made sooner here than another process is started."""


@dataclass(frozen=True, slots=True)
class Job:
    """A thread to be written to `place` below the folder `root`.

    `formats` are the exports by the names of the files, `media` the files to copy by their names. `said` is
    what the thread is found by under its number, without its text; `None` where it is not to be found.
    """

    slug: str
    root: Path
    place: str
    thread: Thread
    verdict: Verdict
    frame: Frame
    formats: Mapping[str, str]
    media: Mapping[str, Path]
    said: Said | None
    number: int

    def names(self) -> list[str]:
        """The files that may come of it."""
        there = [PAGE, *self.formats, *(MEDIA + name for name in self.media)]
        return [*(self.place + name for name in there), *([text_file(self.number)] if self.said else [])]


def make_all(jobs: Iterable[Job], count: int) -> Iterator[tuple[Job, dict[str, str]]]:
    """Each job with what was written, by name, with its hash; in any order. `count` is how many there are.

    Raises:
        SetupError: a file cannot be written; a process was killed.
    """
    workers = min(len(os.sched_getaffinity(0)), count // FEW)
    if workers < 2:
        yield from ((job, make(job)) for job in jobs)
        return
    # Not forked: this process has connections and threads, which a copy of it would share.
    deaf = (signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for this process, which then ends the others
    with ProcessPoolExecutor(workers, get_context("spawn"), signal.signal, deaf) as pool:
        try:
            yield from _in_turn(pool, iter(jobs), 4 * workers)
        except BrokenProcessPool as error:
            words = "A process that made pages was killed, perhaps for want of memory: build again to go on."
            raise SetupError(words) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _in_turn(
    pool: ProcessPoolExecutor, jobs: Iterator[Job], most: int
) -> Iterator[tuple[Job, dict[str, str]]]:
    """At most so many are handed out at a time, since each holds its thread."""
    running: dict[Future[dict[str, str]], Job] = {}
    while True:
        while len(running) < most and (job := next(jobs, None)):
            running[pool.submit(make, job)] = job
        if not running:
            return
        for done in wait(running, return_when=FIRST_COMPLETED).done:
            yield running.pop(done), done.result()


def make(job: Job) -> dict[str, str]:
    """Write the files of one thread; their names and hashes."""
    written: dict[str, str] = {}
    for name, data in _files(job, _exports()):
        write(job.root / name, data)
        written[name] = digest(data)
    for name, source in job.media.items():
        copy(source, job.root / job.place / MEDIA / name)
        written[f"{job.place}{MEDIA}{name}"] = digest(name.encode())  # which is a hash of what is in it
    return written


def _files(job: Job, exports: Mapping[str, Export]) -> Iterator[tuple[str, bytes]]:
    """The page comes last, since it names the formats that there are."""
    made: list[tuple[str, str]] = []
    for name, format_ in job.formats.items():
        try:
            yield job.place + name, _document(job, exports[format_])
        except SetupError as error:
            log.warning("a format could not be made", page=job.slug, format=format_, why=error.words)
        else:
            made += [(exports[format_].title, name)] if name != CARD else []
    frame = replace(job.frame, formats=tuple(made))
    thread = without_far_films(job.thread, frame)
    yield job.place + PAGE, beside(exports["html"], thread, job.verdict, frame)
    if job.said:
        said = replace(job.said, text=searchable(job.thread))
        yield text_file(job.number), text_script(job.number, said)


def _document(job: Job, export: Export) -> bytes:
    """The thread in another format. Those that hold pictures hold them themselves; texts lead to them."""
    frame = replace(job.frame, root="", author_url="")
    if export.media_type.startswith("text/"):
        return beside(export, job.thread, job.verdict, frame)
    return export.render(job.thread, job.verdict, replace(frame, media={}, forms={}))


@cache
def _exports() -> Mapping[str, Export]:
    return load_exports()
