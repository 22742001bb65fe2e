"""Records of posts and whole exports as X writes them, in all its eras, made up."""

from __future__ import annotations

import json
from typing import Any

Record = dict[str, Any]
Content = dict[str, bytes]

ME, HANDLE = "4242", "ada"
BOB = "77"
FIRST = 1_600_000_000_000_000_000  # a snowflake of October 2022
MAIL, PHONE = "ada@mail.example", "+49 30 1234567"


def id_of(number: int) -> str:
    return str(FIRST + number * 1_000_003)


def tweet(number: int, text: str = "", *, answers: int | None = None, to: str = ME, **more: Any) -> Record:
    """Post `number`, by default in answer to one's own post `answers`; as exports have it since 2019."""
    text = text or f"post {number}"
    record: Record = {
        "id": id_of(number), "id_str": id_of(number), "full_text": text, "lang": "en", "truncated": False,
        "created_at": "Wed Nov 23 07:04:09 +0000 2024", "display_text_range": ["0", str(len(text))],
        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
    }  # fmt: skip
    if answers is not None:
        parent = id_of(answers)
        record |= {
            "in_reply_to_status_id": parent, "in_reply_to_status_id_str": parent,
            "in_reply_to_user_id": to, "in_reply_to_user_id_str": to,
            "in_reply_to_screen_name": HANDLE if to == ME else "bob",
        }  # fmt: skip
    return record | more


def early(number: int, text: str = "", *, answers: int | None = None, **more: Any) -> Record:
    """The same as exports had it until 2018: rounded numbers beside the texts, the account in each post."""
    record = tweet(number, answers=answers)
    for key in ("full_text", "display_text_range", "lang", "truncated"):
        del record[key]
    for key in ("id", "in_reply_to_status_id", "in_reply_to_user_id"):
        if key in record:
            record[key] = int(float(record[key])) - 96
    record["text"] = text or f"post {number}"
    record["created_at"] = "2014-01-31 18:54:08 +0000"
    record["user"] = {"id": 4242, "id_str": ME, "name": "Ada", "screen_name": HANDLE, "protected": False}
    return record | more


def edited(first: int, second: int, text: str, **more: Any) -> tuple[Record, Record]:
    """A post and its second version, as an export has both."""
    control = {"editTweetIds": [id_of(first), id_of(second)]}
    before = tweet(first, f"{text} befor", edit_info={"initial": control}, **more)
    info = {"edit": {"initialTweetId": id_of(first), "editControlInitial": control}}
    return before, tweet(second, f"{text} after", edit_info=info, **more)


def picture(number: int, name: str = "cat.jpg", **more: Any) -> Record:
    return {
        "url": "https://t.co/pic0000001", "media_url_https": f"https://pbs.twimg.com/media/{name}",
        "expanded_url": f"https://twitter.com/{HANDLE}/status/{id_of(number)}/photo/1", "type": "photo",
        "sizes": {"large": {"w": "1200", "h": "800"}, "thumb": {"w": "150", "h": "150"}},
        "indices": ["0", "1"],
    } | more  # fmt: skip


def note(text: str, created: str = "2024-11-23T07:04:09.000Z", **core: Any) -> Record:
    """A long post, as its own file has it."""
    told = {"text": text, "urls": [], "mentions": [], "hashtags": [], "cashtags": [], "styletags": []} | core
    return {"noteTweet": {"noteTweetId": "1", "createdAt": created, "updatedAt": created, "core": told}}


def listed(records: list[Record] | tuple[Record, ...], name: str = "tweets", part: int = 0) -> bytes:
    items = [{"tweet": record} if "noteTweet" not in record else record for record in records]
    text = json.dumps(items, indent=2, ensure_ascii=False, separators=(",", " : "))
    return f"window.YTD.{name}.part{part} = {text}".encode()


def month(records: list[Record], name: str = "2014_01") -> bytes:
    return f"Grailbird.data.tweets_{name} = \n {json.dumps(records, indent=2)}".encode()


def account(id_: str = ME, handle: str = HANDLE) -> bytes:
    told = {"email": MAIL, "phoneNumber": PHONE, "username": handle, "accountId": id_}
    found = [{"account": told | {"accountDisplayName": "Ada"}}]
    return b"window.YTD.account.part0 = " + json.dumps(found).encode()


def manifest(
    count: int,
    *,
    made: str = "2024-11-24T11:33:22.222Z",
    files: tuple[str, ...] = (),
    communities: int = 0,
) -> bytes:
    names = files or ("data/tweets.js",)
    told = {
        "userInfo": {"accountId": ME, "userName": HANDLE, "displayName": "Ada"},
        "archiveInfo": {"generationDate": made, "isPartialArchive": False},
        "dataTypes": {
            "tweets": {"files": [{"fileName": name, "count": str(count)} for name in names]},
            "communityTweet": {"files": [{"fileName": "data/community-tweet.js", "count": str(communities)}]},
        },
    }
    return b"window.__THAR_CONFIG = " + json.dumps(told, indent=2).encode()


def export(*records: Record, **more: bytes) -> Content:
    """An export of today."""
    return {
        "data/tweets.js": listed(records), "data/account.js": account(),
        "data/manifest.js": manifest(len(records)),
    } | more  # fmt: skip
