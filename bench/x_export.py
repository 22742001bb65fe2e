"""A made-up data export of X with the known answer beside it, in proportions measured on real ones.

Of one person who writes threads: 36 % of the posts are in threads, 30 % alone, 24 % answer others, 11 % pass
on. 70 % of the threads are as long as the self-threads of 40 real exports (2017 to 2026), 30 % have 5 to 30
posts as the ones that people collect; one in thousands has hundreds. 9 % begin as an answer to somebody else,
3 % below a post that is gone, 10 % branch, in 3 % a post in the middle was deleted; half were composed at
once and share their second. Some posts were edited, or are longer than the list of posts shows.
"""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Record = dict[str, Any]

ME, HANDLE = "4242424242", "ada_counts"
PICTURE = "FMS3azEXsAYH8iw.jpg"
BEGIN = datetime(2018, 3, 1, 9, tzinfo=UTC)
EPOCH = datetime.fromtimestamp(1_288_834_974.657, UTC)
# Lengths of self-threads of 2 posts and more, in percent.
LENGTHS = (2, 3, 4, 5, 6, 7, 8, 9, 12, 17, 24, 34)
SHARES = (74.2, 12.8, 4.7, 2.5, 1.4, 0.83, 0.73, 0.49, 1.5, 0.41, 0.29, 0.12)
_TEXT = (
    "the tide comes in and we count what it leaves behind on sand rope glass shells tin boxes letters "
    "wood nets floats coins ships maps every morning slowly again because nobody else would &amp; "
    "somebody must write down Zürich 東京 naïve “quoted” 🐚 which is why this list exists at all"
)
WORDS = _TEXT.split()


@dataclass(slots=True)
class Made:
    """The records of an export, and its threads: the ids of each one's posts in reading order."""

    records: list[Record] = field(default_factory=list)
    notes: list[Record] = field(default_factory=list)
    threads: list[list[str]] = field(default_factory=list)
    lengths: dict[str, int] = field(default_factory=dict)

    @property
    def characters(self) -> int:
        return sum(self.lengths[id_] for ids in self.threads for id_ in ids)


class Maker:
    """Writes posts one after another, as the clock goes on."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.made = Made()
        self._at, self._last = BEGIN, 0

    def go(self, posts: int) -> Made:
        while len(self.made.records) < posts:
            kind = self.dice.random()
            if kind < 0.08:
                self._thread()
            elif kind < 0.51:
                self._record(self._words(self._length(103, 235)), answers=None)
            elif kind < 0.85:
                self._record(f"@bob {self._words(self._length(85, 246))}", answers=("77", "999"))
            else:
                self._record(f"RT @bob: {self._words(120)[:120]}…", answers=None)
        self.made.records.reverse()  # newest first, as X lists them
        return self.made

    def _thread(self) -> None:
        dice = self.dice
        length = self._thread_length()
        start = dice.random()
        above: tuple[str, str] | None = None
        if start < 0.09:
            above = ("77", "999")
        elif start < 0.12:
            above = (self._id(), ME)  # of a post that is gone
        branch = dice.randrange(2, length) if length > 2 and dice.random() < 0.1 else 0
        gone = dice.randrange(1, length - 1) if length > 3 and dice.random() < 0.03 else 0
        at_once = dice.random() < 0.5
        lines: tuple[list[str], list[str]] = [], []  # a second line branches off the first post
        missing: set[str] = set()
        for number in range(length):
            self._at += timedelta(seconds=0 if at_once and number else dice.choice((2, 60, 360, 9_000)))
            line = lines[1 if branch and (number == branch or (lines[1] and dice.random() < 0.5)) else 0]
            parent = ((line or lines[0])[-1 if line else 0], ME) if lines[0] else above
            if number == gone and number:
                line.append(self._id())
                missing.add(line[-1])
            else:
                line.append(self._post_of_thread(parent))
        self.made.threads += _answer(lines, missing)
        self._at += timedelta(hours=dice.randrange(1, 5))

    def _post_of_thread(self, parent: tuple[str, str] | None) -> str:
        dice = self.dice
        text = self._words(self._length(213, 279))
        if dice.random() < 0.03:
            whole = self._words(dice.randrange(300, 1_100))
            record = self._record(f"{whole[:270].rsplit(' ', 1)[0]}…", answers=parent)
            self.made.notes.append(_note(record, whole.replace("&amp;", "&")))
            self.made.lengths[record["id_str"]] = len(whole)
            return str(record["id_str"])
        record = self._record(text, answers=parent, media=dice.random() < 0.2, link=dice.random() < 0.18)
        self.made.lengths[record["id_str"]] = len(text)
        if dice.random() < 0.004:
            self._edit(record)
        return str(record["id_str"])

    def _edit(self, record: Record) -> None:
        """A second version under an id of its own; what answers the post goes on naming the first."""
        ids = [record["id_str"], self._id()]
        edited = json.loads(json.dumps(record)) | {"id": ids[1], "id_str": ids[1]}
        control = {"editTweetIds": ids, "isEditEligible": False}
        record["edit_info"] = {"initial": control}
        edited["edit_info"] = {"edit": {"initialTweetId": ids[0], "editControlInitial": control}}
        self.made.records.append(edited)

    def _record(
        self, text: str, *, answers: tuple[str, str] | None, media: bool = False, link: bool = False
    ) -> Record:
        id_ = self._id()
        entities: Record = {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []}
        if text.startswith("@bob"):
            entities["user_mentions"] = [_mention(0)]
        if link:
            place = len(text) + 1
            text = f"{text} https://t.co/abcdefghij"
            entities["urls"] = [_link(place)]
        record: Record = {
            "edit_info": {"initial": {"editTweetIds": [id_], "editableUntil": "2024-11-09T13:14:18.648Z",
                                      "editsRemaining": "5", "isEditEligible": False}},
            "retweeted": False, "source": '<a href="https://mobile.x.com" rel="nofollow">X Web App</a>',
            "entities": entities, "display_text_range": ["0", str(len(text))], "favorite_count": "3",
            "id_str": id_, "truncated": False, "retweet_count": "0", "id": id_,
            "created_at": f"{self._at:%a %b %d %H:%M:%S +0000 %Y}", "favorited": False, "full_text": text,
            "lang": "en",
        }  # fmt: skip
        if media:
            record["full_text"] = f"{text} https://t.co/klmnopqrst"
            picture = _picture(id_, len(text) + 1)
            entities["media"] = [picture]
            record["extended_entities"] = {"media": [picture]}
            record["possibly_sensitive"] = False
        if answers:
            parent, account = answers
            record |= {
                "in_reply_to_status_id_str": parent, "in_reply_to_status_id": parent,
                "in_reply_to_user_id": account, "in_reply_to_user_id_str": account,
                "in_reply_to_screen_name": HANDLE if account == ME else "bob",
            }  # fmt: skip
        self.made.records.append(record)
        self._at += timedelta(seconds=0 if answers else self.dice.randrange(30, 9_000))
        return record

    def _id(self) -> str:
        number = int((self._at - EPOCH).total_seconds() * 1000) << 22
        self._last = max(self._last + self.dice.randrange(1, 4_000), number)
        return str(self._last)

    def _thread_length(self) -> int:
        dice = self.dice
        if dice.random() < 0.3:
            return dice.randrange(100, 1_000) if dice.random() < 0.0005 else dice.randrange(5, 31)
        return dice.choices(LENGTHS, SHARES)[0]

    def _length(self, middle: int, high: int) -> int:
        return max(20, min(high, int(self.dice.gauss(middle, 60))))

    def _words(self, length: int) -> str:
        words: list[str] = []
        left = length
        while left > 0:
            words.append(self.dice.choice(WORDS))
            left -= len(words[-1]) + 1
        return " ".join(words)


def _answer(lines: tuple[list[str], list[str]], missing: set[str]) -> list[list[str]]:
    """Depth first, oldest child first. What stands below a post that is gone is a thread of its own."""
    first, second = lines
    pieces = [[*first, *second]]
    for gone in missing:
        if gone in first:
            place = first.index(gone)
            pieces = [[*first[:place], *second], first[place + 1 :]]
        else:
            place = second.index(gone)
            pieces = [[*first, *second[:place]], second[place + 1 :]]
    return [piece for piece in pieces if len(piece) > 1]


def _note(record: Record, whole: str) -> Record:
    at = datetime.strptime(record["created_at"], "%a %b %d %H:%M:%S %z %Y").astimezone(UTC)
    created = at.isoformat().replace("+00:00", ".000Z")
    core = {"styletags": [], "urls": [], "text": whole, "mentions": [], "cashtags": [], "hashtags": []}
    number = str(int(record["id_str"]) + 77_777)
    return {"noteTweetId": number, "updatedAt": created, "createdAt": created, "core": core}


def _mention(place: int) -> Record:
    where = [str(place), str(place + 4)]
    return {"name": "Bob", "screen_name": "bob", "indices": where, "id_str": "999", "id": "999"}


def _link(place: int) -> Record:
    return {
        "url": "https://t.co/abcdefghij", "expanded_url": "https://tides.example/today/high-water",
        "display_url": "tides.example/today/high-wat…", "indices": [str(place), str(place + 23)],
    }  # fmt: skip


def _picture(id_: str, place: int) -> Record:
    sizes = {name: {"w": "1200", "h": "800", "resize": "fit"} for name in ("large", "small", "medium")}
    return {
        "expanded_url": f"https://twitter.com/{HANDLE}/status/{id_}/photo/1",
        "indices": [str(place), str(place + 23)], "url": "https://t.co/klmnopqrst",
        "media_url": f"http://pbs.twimg.com/media/{PICTURE}", "id_str": id_, "id": id_,
        "media_url_https": f"https://pbs.twimg.com/media/{PICTURE}", "sizes": sizes,
        "type": "photo", "display_url": "pic.twitter.com/klmnopqrst",
    }  # fmt: skip


def files_of(made: Made) -> Iterator[tuple[str, str]]:
    """The files of an export, in X's own spelling."""
    count = str(len(made.records))
    yield "data/tweets.js", _listed("tweets", "tweet", made.records)
    yield "data/note-tweet.js", _listed("note_tweet", "noteTweet", made.notes)
    account = {"username": HANDLE, "accountId": ME, "accountDisplayName": "Ada", "email": "ada@mail.example"}
    yield "data/account.js", _listed("account", "account", [account])
    lists = {"tweets": {"files": [{"fileName": "data/tweets.js", "count": count}]}}
    info = {"generationDate": "2026-11-16T11:33:22.222Z", "isPartialArchive": False}
    manifest = json.dumps({"archiveInfo": info, "dataTypes": lists}, indent=2)
    yield "data/manifest.js", f"window.__THAR_CONFIG = {manifest}"


def _listed(name: str, wrapper: str, records: list[Record]) -> str:
    items = [{wrapper: record} for record in records]
    text = json.dumps(items, indent=2, ensure_ascii=False, separators=(",", " : "))
    return f"window.YTD.{name}.part0 = {text}"


def write(folder: Path, posts: int, seed: int = 1) -> Made:
    """An export of about so many posts as `export.zip` in `folder`; its answer."""
    made = Maker(seed).go(posts)
    with zipfile.ZipFile(folder / "export.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, text in files_of(made):
            packed.writestr(name, text)
    answer = {"threads": made.threads, "characters": made.characters}
    (folder / "answer.json").write_text(json.dumps(answer))
    return made
