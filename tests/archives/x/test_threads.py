from __future__ import annotations

import json
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archives.packing import as_folder, as_zip
from tests.archives.x.records import (
    BOB,
    HANDLE,
    MAIL,
    ME,
    PHONE,
    Content,
    Record,
    account,
    early,
    edited,
    export,
    id_of,
    listed,
    manifest,
    month,
    note,
    picture,
    tweet,
)
from unroller.archives.files import open_files
from unroller.archives.x_archive import XArchive
from unroller.conformance import check_archive, check_damage
from unroller.core.assemble import assemble
from unroller.core.body import plain
from unroller.core.errors import InputError
from unroller.core.model import Absence, Gap, MediaKind, Thread, Wholeness
from unroller.core.ports import Files, Report


def read(*paths: Path, single: bool = False) -> tuple[list[Thread], Report]:
    report = Report()
    with ExitStack() as stack:
        sources = [stack.enter_context(open_files(path)) for path in paths]
        assert all(XArchive().recognise(files) for files in sources)
        found = XArchive().read(sources, report, single=single)
        return [assemble(one.conversation) for one in found], report


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "export"


def threads(path: Path, content: Content, *, single: bool = False) -> list[list[str]]:
    """The texts of each thread."""
    found, _ = read(as_folder(path, content), single=single)
    return [[plain(post.body) for post in thread.posts] for thread in found]


def only(path: Path, content: Content) -> Thread:
    found, _ = read(as_folder(path, content))
    assert len(found) == 1
    return found[0]


# -------------------------------------------------------------------------------------------- threads


def test_own_posts_are_joined_by_what_they_answer_oldest_first(made: Path) -> None:
    content = export(
        tweet(5, answers=3), tweet(4, answers=2), tweet(3), tweet(2, answers=1), tweet(1), tweet(6)
    )
    assert threads(made, content) == [["post 1", "post 2", "post 4"], ["post 3", "post 5"]]


def test_a_side_branch_is_read_after_the_first_one(made: Path) -> None:
    content = export(tweet(1), tweet(2, answers=1), tweet(3, answers=1), tweet(4, answers=2))
    assert threads(made, content) == [["post 1", "post 2", "post 4", "post 3"]]


def test_a_post_that_stands_alone_is_taken_only_when_asked(made: Path) -> None:
    content = export(tweet(1), tweet(2), tweet(3, answers=2), tweet(4, "RT @bob: his words"))
    assert threads(made, content) == [["post 2", "post 3"]]
    assert threads(made, content, single=True) == [["post 1"], ["post 2", "post 3"]]


def test_a_thread_that_answers_somebody_else_says_so(made: Path) -> None:
    thread = only(made, export(tweet(2, "@bob yes", answers=1, to=BOB), tweet(3, answers=2)))
    assert [post.ref.id for post in thread.posts] == [id_of(2), id_of(3)]
    assert isinstance(thread.context, Gap)
    assert (thread.context.ref.id, thread.context.reason) == (id_of(1), Absence.NOT_FETCHED)


def test_two_answers_to_somebody_else_are_two_threads_at_most(made: Path) -> None:
    content = export(tweet(2, answers=1, to=BOB), tweet(3, answers=1, to=BOB), tweet(4, answers=3))
    assert threads(made, content) == [["post 3", "post 4"]]


def test_what_hangs_from_an_own_post_that_is_gone_is_a_thread_that_begins_with_a_gap(made: Path) -> None:
    content = export(tweet(1), tweet(2, answers=1), tweet(4, answers=3), tweet(5, answers=4))
    assert threads(made, content) == [["post 1", "post 2"], ["post 4", "post 5"]]
    thread = read(made)[0][1]
    assert [(gap.ref.id, gap.reason, gap.after) for gap in thread.gaps] == [(id_of(3), Absence.DELETED, None)]


def test_answers_to_one_post_that_is_gone_are_one_thread(made: Path) -> None:
    thread = only(made, export(tweet(2, answers=1), tweet(3, answers=1), tweet(4, answers=3)))
    assert [plain(post.body) for post in thread.posts] == ["post 2", "post 3", "post 4"]
    assert [(gap.ref.id, gap.reason, gap.after) for gap in thread.gaps] == [(id_of(1), Absence.DELETED, None)]
    assert thread.completeness.state is Wholeness.PARTIAL


def test_a_whole_export_proves_that_nothing_is_missing(made: Path) -> None:
    told = only(made, export(tweet(1), tweet(2, answers=1))).completeness
    assert (told.state, told.found, told.expected) == (Wholeness.WHOLE, 2, 2)
    assert told.source == "the author's data export of 2024-11-24, which has no replies by others"


def test_an_export_that_lacks_what_it_counts_proves_nothing(made: Path) -> None:
    content = export(tweet(1), tweet(2, answers=1)) | {"data/manifest.js": manifest(300)}
    assert only(made, content).completeness.state is Wholeness.UNKNOWN


def test_posts_in_a_ring_end_in_a_thread(made: Path) -> None:
    assert threads(made, export(tweet(1, answers=2), tweet(2, answers=1), tweet(3, answers=3))) == [
        ["post 1", "post 2"]
    ]


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=14), st.randoms())
def test_any_order_of_records_gives_the_same_threads_and_loses_no_post(
    tmp_path_factory: pytest.TempPathFactory, links: list[tuple[int, bool]], chance: object
) -> None:
    records = [
        tweet(n, answers=up if up != n else None, to=ME if own else BOB) for n, (up, own) in enumerate(links)
    ]
    mixed = sorted(records, key=lambda _: chance.random())  # type: ignore[attr-defined]
    path = tmp_path_factory.mktemp("x")
    forward, backward = (
        threads(path / name, export(*found), single=True) for name, found in (("a", records), ("b", mixed))
    )
    assert forward == backward
    assert sorted(text for thread in forward for text in thread) == sorted(
        f"post {n}" for n in range(len(links))
    )


def test_the_bar_goes_on_while_threads_are_taken_and_comes_to_its_end(made: Path) -> None:
    records = [tweet(n, answers=n - 1 if n % 2 else None) for n in range(20)]
    report = Report()
    with open_files(as_folder(made, export(*records))) as files:
        seen = [report.read for _ in XArchive().read([files], report)]
    assert len(seen) == 10
    assert all(before < after for before, after in pairwise(seen))
    assert seen[-1] < report.read == report.total


# ------------------------------------------------------------------------------------------- versions


def test_an_edited_post_is_one_post_in_its_newest_words(made: Path) -> None:
    thread = only(made, export(*edited(1, 2, "post 1"), tweet(3, answers=1), tweet(4, answers=3)))
    assert [plain(post.body) for post in thread.posts] == ["post 1 after", "post 3", "post 4"]
    first = thread.posts[0]
    assert (first.ref.id, first.version, len(first.revised)) == (id_of(1), id_of(2), 1)
    assert first.url == f"https://x.com/{HANDLE}/status/{id_of(2)}"


def test_what_answers_a_later_version_hangs_from_the_post_too(made: Path) -> None:
    thread = only(made, export(tweet(3, answers=2), *edited(1, 2, "post 1")))
    assert [plain(post.body) for post in thread.posts] == ["post 1 after", "post 3"]


def test_of_two_records_of_one_post_the_longer_counts(made: Path) -> None:
    cut, whole = tweet(1, "a long sentence, cut he…"), tweet(1, "a long sentence, cut here and not here")
    for records in ((cut, whole), (whole, cut)):
        found, report = read(as_folder(made, export(*records, tweet(2, answers=1))))
        assert plain(found[0].posts[0].body) == "a long sentence, cut here and not here"
        assert report.left_out["posts that are there twice with other words: the longer counts"] == 1


def test_two_exports_of_one_account_are_merged_and_the_newer_words_count(tmp_path: Path) -> None:
    old = export(tweet(1, "olde"), tweet(2, answers=1)) | {"data/manifest.js": manifest(2, made="2023-12-01")}
    new = export(tweet(1, "new!"), tweet(3, answers=2))
    paths = [as_zip(tmp_path / "new.zip", new), as_folder(tmp_path / "old", old)]
    for order in (paths, paths[::-1]):
        found, report = read(*order)
        assert [[plain(post.body) for post in thread.posts] for thread in found] == [
            ["new!", "post 2", "post 3"]
        ]
        assert found[0].completeness.source.startswith("the author's data export of 2024-11-24")
        assert report.left_out["posts that are there twice with other words: the longer counts"] == 1


def test_exports_of_two_accounts_are_not_read_as_one(tmp_path: Path) -> None:
    other = export(tweet(1)) | {"data/account.js": account("99", "eve"), "data/manifest.js": b"window.x = {}"}
    paths = as_folder(tmp_path / "a", export(tweet(1))), as_folder(tmp_path / "b", other)
    with pytest.raises(InputError, match="several accounts"):
        read(*paths)


# ---------------------------------------------------------------------------------------- whose words


def test_what_others_wrote_is_never_a_post_of_the_owner(made: Path) -> None:
    inner = early(7, "HIS WORDS", user={"id_str": BOB, "screen_name": "bob"})
    passed_on = early(3, "RT @bob: HIS WORDS", answers=2, retweeted_status=inner)
    foreign = early(4, "HIS WORDS", answers=2, user={"id_str": BOB, "screen_name": "bob"})
    details = b'var user_details = {"screen_name": "ada", "id": "4242", "full_name": "Ada"}'
    records = [early(1), early(2, answers=1), passed_on, foreign]
    content = {"data/js/tweets/2014_01.js": month(records), "data/js/user_details.js": details}
    assert threads(made, content, single=True) == [["post 1", "post 2"]]


def test_what_was_passed_on_by_hand_stays_where_it_hangs_together_with_a_post(made: Path) -> None:
    assert threads(made, export(tweet(1, "RT @bob: he says"), tweet(2, answers=1))) == [
        ["RT @bob: he says", "post 2"]
    ]


def test_a_quoted_post_of_the_owner_is_shown_and_one_of_somebody_else_is_named(made: Path) -> None:
    def quoting(number: int, handle: str, quoted: int, **more: Any) -> Record:
        link = f"https://twitter.com/{handle}/status/{id_of(quoted)}"
        url = {"url": "https://t.co/quoted0001", "expanded_url": link, "indices": ["6", "29"]}
        return tweet(number, "look: https://t.co/quoted0001", entities={"urls": [url]}, **more)

    thread = only(made, export(tweet(1, "mine"), quoting(2, HANDLE, 1), quoting(3, "bob", 99, answers=2)))
    own, other = (post.quote for post in thread.posts)
    assert own
    assert own.post
    assert plain(own.post.body) == "mine"
    assert other
    assert other.post is None
    assert (other.what, other.url) == ("post", f"https://twitter.com/bob/status/{id_of(99)}")
    assert [plain(post.body) for post in thread.posts] == ["look:", "look:"]


# ------------------------------------------------------------------------------------------ all eras


def test_months_of_early_exports_are_one_list_and_their_rounded_numbers_are_not_read(made: Path) -> None:
    details = b'var user_details =  {\n  "screen_name" : "ada", "id" : "4242", "full_name" : "Ada L."\n}'
    content = {
        "data/js/tweets/2014_01.js": month([early(1)]),
        "data/js/tweets/2014_02.js": month([early(3, answers=2), early(2, answers=1)], "2014_02"),
        "data/js/user_details.js": details,
        "data/js/payload_details.js": b'var payload_details = {"tweets": 3,'
        b' "created_at": "2014-03-01 00:00:00 +0000"}',
    }
    thread = only(made, content)
    assert [post.ref.id for post in thread.posts] == [id_of(1), id_of(2), id_of(3)]
    assert (thread.author.id, thread.author.handle, thread.author.display_name) == (ME, HANDLE, "Ada L.")
    assert thread.completeness.state is Wholeness.WHOLE


def test_parts_of_a_large_export_are_one_list(made: Path) -> None:
    content = export(tweet(1)) | {"data/tweets-part1.js": listed([tweet(2, answers=1)], part=1)}
    content["data/manifest.js"] = manifest(1, files=("data/tweets.js", "data/tweets-part1.js"))
    assert threads(made, content) == [["post 1", "post 2"]]


def test_a_part_that_is_listed_and_not_there_is_told(made: Path) -> None:
    content = export(tweet(1), tweet(2, answers=1))
    content["data/manifest.js"] = manifest(2, files=("data/tweets.js", "data/tweets-part1.js"))
    found, report = read(as_folder(made, content))
    assert found[0].completeness.state is Wholeness.UNKNOWN
    assert report.notes == [
        "1 files of posts that the export lists are not there, such as data/tweets-part1.js."
    ]


@pytest.mark.parametrize(
    "beginning", ["module.exports = ", "\ufeffmodule.exports=", "window.YTD.tweet.part0 = ", ""]
)
def test_a_list_alone_tells_whose_it_is_by_its_own_answers(tmp_path: Path, beginning: str) -> None:
    text = beginning + json.dumps([tweet(1), tweet(2, answers=1)])
    (tmp_path / "tweets.js").write_text(text)
    found, report = read(tmp_path / "tweets.js")
    assert (found[0].author.id, found[0].author.handle) == (ME, HANDLE)
    assert report.notes == ["No file says whose posts these are; by the posts themselves they are @ada's."]
    assert found[0].completeness.why == "only a part of the export was at hand"


def test_a_list_that_tells_nothing_of_its_owner_holds_no_thread_and_cannot_be_taken_post_by_post(
    tmp_path: Path,
) -> None:
    (tmp_path / "tweets.js").write_bytes(listed([tweet(1), tweet(2)]))
    assert read(tmp_path / "tweets.js")[0] == []
    with pytest.raises(InputError, match=r"name it together with account\.js"):
        read(tmp_path / "tweets.js", single=True)


def test_a_list_that_a_formatter_made_javascript_of_is_read(tmp_path: Path) -> None:
    (tmp_path / "tweets.js").write_text(
        f"""module.exports = [
\t// newest first
\t{{ tweet: {{ id_str: '{id_of(2)}', full_text: 'it\\'s "me"', created_at: 'Wed Nov 23 07:04:09 +0000 2024',
\t\tin_reply_to_status_id_str: `{id_of(1)}`, in_reply_to_user_id_str: "4242",
\t\tin_reply_to_screen_name: 'ada', }}, }},
\t{{ tweet: {{ id_str: '{id_of(1)}', full_text: "}} ] \\u{{1F41A}}", entities: {{ urls: [], }}, }} }},
\t/* that's all */
];
"""
    )
    found, _ = read(tmp_path / "tweets.js")
    assert [plain(post.body) for post in found[0].posts] == ["} ] 🐚", 'it\'s "me"']


def test_of_posts_from_before_ids_told_the_time_only_the_day_is_known_and_that_is_said(made: Path) -> None:
    old = {"created_at": "2009-06-30 00:00:00 +0000"}
    first = early(1) | old | {"id_str": "2395953494"}
    second = early(2, answers=1) | old | {"id_str": "2395953600", "in_reply_to_status_id_str": "2395953494"}
    details = b'var user_details = {"screen_name": "ada", "id": "4242"}'
    content = {"data/js/tweets/2009_06.js": month([first, second]), "data/js/user_details.js": details}
    found, report = read(as_folder(made, content))
    assert f"{found[0].posts[0].published:%Y-%m-%d %H:%M}" == "2009-06-30 00:00"
    assert report.notes == ["Of 2 posts until November 2010 X kept the day alone: they stand at midnight."]


# ---------------------------------------------------------------------------------- long posts, media


def test_a_long_post_is_found_by_its_time_and_its_beginning(made: Path) -> None:
    whole = "A thought that does not fit into a post & goes on <b> for a while, " * 6
    beginning = whole[:200].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    short = f"@bob {beginning}… https://t.co/pic0000001"
    content = export(tweet(1, short), tweet(2, answers=1), tweet(3, "A thought of another kind"))
    content["data/note-tweet.js"] = listed(
        [note("Another thought"), note(whole, "2024-11-23T07:04:09.900Z")], "note_tweet"
    )
    found, report = read(as_folder(made, content))
    assert plain(found[0].posts[0].body) == whole.strip()
    assert report.found["long posts"] == 1
    assert report.notes == [
        "1 long posts fit no post of the export: of those only the beginning can be shown."
    ]


def test_a_long_post_of_another_second_is_another_post(made: Path) -> None:
    text = "The same words at the beginning, every single day of the year, and then "
    content = export(tweet(1, f"{text}…"), tweet(2, answers=1))
    content["data/note-tweet.js"] = listed([note(f"{text} others", "2024-11-23T07:04:11.000Z")], "note_tweet")
    assert threads(made, content)[0][0] == f"{text}…"


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59.500Z", "0001-01-01T00:00:00.000Z", "2024-13-01", ""])
def test_a_long_post_of_a_time_when_there_was_no_x_is_none(made: Path, time: str) -> None:
    content = export(tweet(1, "One"), tweet(2, answers=1))
    content["data/note-tweet.js"] = listed([note("One and more", time)], "note_tweet")
    assert threads(made, content)[0][0] == "One"


def test_links_and_names_in_a_long_post_are_its_own(made: Path) -> None:
    whole = "To @bob: the whole story of it stands at https://t.co/story00001 for you to read #tides"
    link = {"shortUrl": "https://t.co/story00001", "expandedUrl": "https://tides.example/",
            "displayUrl": "tides.example", "fromIndex": "41", "toIndex": "64"}  # fmt: skip
    names = {"user_mentions": [{"screen_name": "Bob", "id_str": BOB, "indices": ["3", "7"]}]}
    content = export(tweet(1, f"{whole[:40]}…", entities=names), tweet(2, answers=1))
    mentions = [{"screenName": "bob", "fromIndex": "3", "toIndex": "7"}]
    content["data/note-tweet.js"] = listed([note(whole, urls=[link], mentions=mentions)], "note_tweet")
    runs = only(made, content).posts[0].body[0].runs
    assert {run.text: run.link for run in runs if run.link} == {
        "@bob": "https://x.com/bob", "tides.example": "https://tides.example/"
    }  # fmt: skip
    assert [run.mention for run in runs if run.mention] == [BOB]


def test_pictures_and_films_name_their_files_in_the_archive_and_their_addresses(made: Path) -> None:
    film = picture(1, "still.jpg", type="video") | {
        "video_info": {"variants": [
            {"bitrate": "832000", "content_type": "video/mp4", "url": "https://video.twimg.com/a/low.mp4?tag=14"},
            {"bitrate": "2176000", "content_type": "video/mp4", "url": "https://video.twimg.com/a/high.mp4?tag=14"},
        ]}
    }  # fmt: skip
    media = {"media": [picture(1), film]}
    record = tweet(1, "two https://t.co/pic0000001", extended_entities=media, entities=media)
    names = [f"data/tweets_media/{id_of(1)}-{name}" for name in ("cat.jpg", "high.mp4")]
    content = export(record, tweet(2, answers=1)) | dict.fromkeys(names, b"bytes")
    post = only(made, content).posts[0]
    assert plain(post.body) == "two"
    assert [(one.kind, one.copy, one.width) for one in post.media] == [
        (MediaKind.IMAGE, names[0], 1200), (MediaKind.VIDEO, names[1], 1200)
    ]  # fmt: skip
    assert [one.url for one in post.media] == [
        "https://pbs.twimg.com/media/cat.jpg", "https://video.twimg.com/a/high.mp4?tag=14"
    ]  # fmt: skip


# --------------------------------------------------------------------------------------- never opened


class Watched:
    """Files that note what of them is opened."""

    def __init__(self, files: Files) -> None:
        self.name, self.left_out, self._files = files.name, files.left_out, files
        self.opened: list[str] = []

    def names(self) -> tuple[str, ...]:
        return tuple(self._files.names())

    def size(self, name: str) -> int:
        return self._files.size(name)

    def open(self, name: str) -> BinaryIO:
        self.opened.append(name)
        return self._files.open(name)

    def close(self) -> None:
        self._files.close()


CLOSED = (
    "direct-messages", "direct-messages-group", "direct-message-headers", "twitter-circle-tweet",
    "deleted-tweets", "deleted-tweet-headers", "deleted-note-tweet", "email-address-change",
    "phone-number", "ip-audit", "ad-impressions",
    "personalization", "contact", "tweet-headers", "community-tweet",
    "like", "block", "mute", "device-token", "ageinfo",
)  # fmt: skip


def test_messages_circles_what_was_deleted_addresses_and_ads_are_never_opened(tmp_path: Path) -> None:
    content = export(tweet(1), tweet(2, answers=1)) | {f"data/{name}.js": b"CANARY" for name in CLOSED}
    content |= {
        "data/profile.js": b"window.YTD.profile.part0 = []",
        "data/note-tweet.js": listed([], "note_tweet"),
    }
    content |= {f"data/direct_messages_media/{id_of(1)}-cat.jpg": b"CANARY", "Your archive.html": b"CANARY"}
    with open_files(as_zip(tmp_path / "x.zip", content)) as files:
        watched = Watched(files)
        archive = XArchive()
        assert archive.recognise(watched)
        assert archive.doubt([watched]) == ""
        assert len(list(archive.read([watched], Report(), single=True))) == 1
    allowed = ("tweets", "note-tweet", "account", "profile", "manifest")
    assert {*watched.opened} == {f"data/{name}.js" for name in allowed}


def test_posts_in_communities_are_counted_without_being_opened(tmp_path: Path) -> None:
    content = export(tweet(1), tweet(2, answers=1)) | {"data/community-tweet.js": b"x" * 100}
    told = "posts in communities, for an export does not say who may read them"
    _, report = read(as_folder(tmp_path / "a", content | {"data/manifest.js": manifest(2, communities=7)}))
    assert (report.left_out[told], report.notes) == (7, [])
    del content["data/manifest.js"]
    _, report = read(as_folder(tmp_path / "b", content))
    assert report.notes == ["Posts in communities are not read: an export does not say who may read them."]


def test_neither_mail_address_nor_telephone_number_gets_into_a_value(made: Path) -> None:
    path = as_folder(made, export(tweet(1), tweet(2, answers=1)))
    report = Report()
    with open_files(path) as files:
        found = list(XArchive().read([files], report, single=True))
    assert MAIL not in repr((found, report))
    assert PHONE not in repr((found, report))


@pytest.mark.parametrize(
    "name",
    [
        "deleted-tweets.js",
        "twitter-circle-tweet.js",
        "community-tweet.json",
        "direct-messages.js",
        "account.js",
    ],
)
def test_a_list_of_another_kind_is_not_taken_for_posts_though_it_is_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(listed([tweet(1), tweet(2, answers=1)]))
    with open_files(tmp_path / name) as files:
        assert not XArchive().recognise(files)


def test_deleted_posts_are_none_whatever_their_file_is_called(tmp_path: Path) -> None:
    gone = tweet(1, deleted_at="Wed Nov 23 07:04:09 +0000 2024")
    (tmp_path / "tweets.js").write_bytes(listed([gone, tweet(2, answers=1)]))
    with open_files(tmp_path / "tweets.js") as files:
        assert not XArchive().recognise(files)
    mixed = export(tweet(3, "x" * 70_000), gone, tweet(2, answers=1), tweet(4, answers=3))
    assert [texts[1] for texts in threads(tmp_path / "mixed", mixed, single=True) if len(texts) > 1] == [
        "post 4"
    ]


# ------------------------------------------------------------------------------------------- doubtful


def doubt(path: Path) -> str:
    with open_files(path) as files:
        return XArchive().doubt([files])


@pytest.mark.parametrize(
    ("made_at", "doubtful"),
    [("2022-07-31", False), ("2022-08-01", True), ("2023-10-31", True), ("2023-11-02", False)],
)
def test_an_export_of_the_time_when_circles_leaked_is_doubtful(
    made: Path, made_at: str, *, doubtful: bool
) -> None:
    content = export(tweet(1)) | {"data/manifest.js": manifest(1, made=made_at)}
    assert ("circle" in doubt(as_folder(made, content))) is doubtful


def test_a_list_alone_is_doubtful_by_its_newest_post(tmp_path: Path) -> None:
    newest = tweet(2, created_at="Wed Nov 23 07:04:09 +0000 2022")
    oldest = tweet(1, created_at="Wed Nov 23 07:04:09 +0000 2016")
    (tmp_path / "tweets.js").write_bytes(listed([oldest, newest]))
    assert "circle" in doubt(tmp_path / "tweets.js")
    (tmp_path / "tweets.js").write_bytes(listed([oldest]))
    assert doubt(tmp_path / "tweets.js") == ""


def test_an_account_that_was_protected_is_doubtful(made: Path) -> None:
    history = [
        {"protectedHistory": {"protectedAt": "2024-01-01T00:00:00.000Z", "action": "Protect"}},
        {"protectedHistory": {"protectedAt": "2023-01-01T00:00:00.000Z", "action": "Unprotect"}},
    ]
    told = b"window.YTD.protected_history.part0 = " + json.dumps(history).encode()
    assert "followers only" in doubt(as_folder(made, export(tweet(1)) | {"data/protected-history.js": told}))
    closed = month([early(1) | {"user": {"id_str": ME, "screen_name": HANDLE, "protected": True}}])
    assert "followers only" in doubt(as_folder(made / "early", {"data/js/tweets/2014_01.js": closed}))


# -------------------------------------------------------------------------------------------- bad files


def test_an_export_passes_the_checks_for_all_archives(tmp_path: Path) -> None:
    records = (*edited(1, 2, "post"), tweet(3, answers=1), tweet(4), tweet(6, answers=5), tweet(7, answers=6))
    path = as_zip(tmp_path / "x.zip", export(*records) | {"data/deleted-tweets.js": b"CANARY"})
    assert len(check_archive(XArchive(), path, hidden=("CANARY", MAIL))) == 2


def test_an_export_that_is_damaged_anywhere_is_refused_in_words_or_read_as_far_as_it_goes(
    tmp_path: Path,
) -> None:
    check_damage(XArchive(), as_zip(tmp_path / "x.zip", export(tweet(1), tweet(2, answers=1))))
    (tmp_path / "tweets.js").write_bytes(listed([tweet(1), tweet(2, answers=1), early(3, answers=2)]))
    check_damage(XArchive(), tmp_path / "tweets.js")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (listed([tweet(1), tweet(2)])[:-400], r"tweets\.js.* is damaged or broken off at byte"),
        (listed([tweet(1)]).decode().encode("utf-16"), "is not in UTF-8"),
        (b"window.YTD.tweets.part0 = 'hello'", "holds no list of posts"),
    ],
)
def test_a_list_that_cannot_be_read_is_named_with_what_is_wrong(made: Path, data: bytes, words: str) -> None:
    path = as_folder(made, export() | {"data/tweets.js": data})
    with open_files(path) as files, pytest.raises(InputError, match=words):
        list(XArchive().read([files], Report()))


def test_records_that_make_no_sense_are_counted_and_the_others_read(made: Path) -> None:
    odd: list[object] = [7, None, "x", [], {}, {"tweet": 3}, {"tweet": {"id_str": "x", "id": 2**60}}]
    odd += [{"tweet": tweet(3, entities=7, extended_entities=[], edit_info="x", created_at=[])}]
    good = [{"tweet": tweet(1)}, {"tweet": tweet(2, answers=1)}]
    data = b"window.YTD.tweets.part0 = " + json.dumps([*odd, *good]).encode()
    found, report = read(as_folder(made, export() | {"data/tweets.js": data}))
    assert [[plain(post.body) for post in thread.posts] for thread in found] == [["post 1", "post 2"]]
    unread = report.left_out["records that cannot be read"]
    assert unread + report.left_out["records without an id that can be relied on"] == 7


@pytest.mark.parametrize(
    "content",
    [
        {"outbox.json": b'{"orderedItems": []}'},
        {"data/like.js": b"window.YTD.like.part0 = []"},
        {"tweets.js": b"console.log('hello')"},
        {"tweets.js": b"[1, 2, 3]"},
        {"photo.jpg": b"\xff\xd8\xff"},
    ],
)
def test_another_sites_archive_is_not_recognised(made: Path, content: Content) -> None:
    with open_files(as_folder(made, content)) as files:
        assert not XArchive().recognise(files)
