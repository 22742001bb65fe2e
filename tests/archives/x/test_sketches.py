"""What is decoded first tells the same as the whole record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.archives.x.records import Record, early, edited, picture, tweet
from unroller.archives.x_records import record_of, sketch_of, told_by

LINK = {
    "url": "https://t.co/abcdefghij",
    "expanded_url": "https://x.com/bob/status/77",
    "indices": ["5", "28"],
}
QUOTE = tweet(3, "look https://t.co/abcdefghij", entities={"urls": [LINK]})


@pytest.mark.parametrize(
    "record",
    [
        tweet(1),
        tweet(2, answers=1),
        QUOTE,
        early(4, answers=1),
        edited(5, 6, "text")[1],
        tweet(7, "RT @bob: hi"),
        tweet(8, extended_entities={"media": [picture(8)]}),
        tweet(9, quoted_status_id_str="77"),
        tweet(10, entities=None),
        tweet(11, entities=[1]),
    ],
)
def test_a_sketch_tells_of_a_post_what_its_record_tells(record: Record) -> None:
    for whole in (record, {"tweet": record}):
        data = json.dumps(whole).encode()
        found, sketch = record_of(data), sketch_of(data)
        assert found
        assert sketch
        assert told_by(sketch) == told_by(found)


@pytest.mark.parametrize("value", [None, 1, [], {"tweet": 1}, {"tweet": None}, "text"])
def test_what_is_no_record_has_no_sketch(value: Any) -> None:
    data = json.dumps(value).encode()
    assert sketch_of(data) == record_of(data)
