"""Pairs on disk: what X sends, and the posts that we make of it, one sentence each.

Each case is read in both of X's families of names. `UPDATE_CASES=1 pytest …` writes the posts anew: look at
what changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import leave_out
from tests.examples import at_most
from tests.networks.x.document import renamed
from tests.threads.as_json import jsonable
from unroller.core.body import plain
from unroller.core.model import Absence
from unroller.networks.x.media import best, parse_variant
from unroller.networks.x.parse import parse_author, parse_original, parse_post
from unroller.networks.x.problems import parse_absences
from unroller.networks.x.snowflake import order_of, time_of
from unroller.networks.x.wire import parse_includes

CASES = sorted((Path(__file__).parent / "cases").glob("*.wire.json"))
SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "x-api"


def load(case: Path) -> Any:
    return json.loads(case.read_text())


def parsed(answer: Any) -> list[Any]:
    includes = parse_includes(answer["includes"])
    found = [parse_post(post, includes) for post in answer["data"]]
    return [post and jsonable(post) for post in found]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.partition(".")[0])
def test_what_x_sends_becomes_these_posts(case: Path) -> None:
    made = parsed(load(case))
    expected = case.with_name(case.name.replace(".wire.", ".posts."))
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    assert made == json.loads(expected.read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.partition(".")[0])
def test_both_families_of_names_say_the_same(case: Path) -> None:
    assert parsed(renamed(load(case))) == parsed(load(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.partition(".")[0])
def test_each_case_says_in_a_sentence_what_it_shows(case: Path) -> None:
    says = load(case)["says"]
    assert says[0].isupper()
    assert says.endswith(".")


def test_the_original_holds_nothing_that_others_wrote() -> None:
    """Not even where somebody's tool has put the quoted post inside the post."""
    quoted = {"type": "quoted", "id": "20", "text": "Quoted words", "author": {"name": "Bob"}}
    post = {
        "id": "21",
        "text": "Mine",
        "author_id": "7",
        "referenced_tweets": [quoted],
        "author": {"id": "7"},
    }
    kept = json.loads(parse_original(post))
    assert kept == {
        "id": "21",
        "text": "Mine",
        "author_id": "7",
        "referenced_tweets": [{"type": "quoted", "id": "20"}],
    }


@pytest.mark.parametrize(
    ("kind", "title", "why"),
    [
        ("resource-not-found", "Not Found Error", Absence.NOT_FOUND),
        ("resource-not-found", "Forbidden", Absence.HIDDEN),
        ("not-authorized-for-resource", "Authorization Error", Absence.NOT_PUBLIC),
        ("resource-unavailable", "Resource Unavailable", Absence.HIDDEN),
        ("disallowed-resource", "Disallowed", Absence.HIDDEN),
    ],
)
@pytest.mark.parametrize("host", ["api.x.com", "api.twitter.com"])
def test_each_problem_has_its_own_reason(kind: str, title: str, why: Absence, host: str) -> None:
    problem = {"type": f"https://{host}/2/problems/{kind}", "title": title, "resource_type": "tweet"}
    assert parse_absences([problem | {"resource_id": "20"}, problem | {"value": "21"}]) == {
        "20": why,
        "21": why,
    }
    assert parse_absences([problem | {"resource_id": "7", "resource_type": "user"}, None, {}]) == {}


def test_ids_tell_their_time_and_sort_as_it() -> None:
    assert str(time_of("1362439336910675970")) == "2021-02-18 16:30:25.475000+00:00"
    assert time_of("20") is time_of("x") is time_of("") is None
    assert order_of("99") < order_of("100")


def test_the_best_film_is_the_one_that_fits() -> None:
    assert best([]) is best([None]) is None
    assert parse_variant("javascript:x", "video/mp4", 1) is None
    assert parse_variant("https://a.example/", None, "832000") == ("https://a.example/", "", 832_000)


def samples() -> Iterator[tuple[str, Any]]:
    """Answers as they were recorded or published by others, each as one page."""
    if not SAMPLES.exists():
        leave_out("recorded answers of X are not here")
    for file in sorted((SAMPLES / "sns-sdks-v2").rglob("*.json")):
        yield file.name, json.loads(file.read_text())
    for file in sorted((SAMPLES / "twarc-v2-jsonl").rglob("*.jsonl")):
        for line in file.read_text().splitlines():
            told = json.loads(line)
            yield file.name, told if "data" in told else {"data": [told]}


def test_every_recorded_answer_is_read_and_no_listed_link_stays_short() -> None:
    read = 0
    for name, told in samples():
        includes = parse_includes(told.get("includes"))
        data = told["data"] if isinstance(told.get("data"), list) else [told.get("data")]
        for post in [*data, *includes.posts.values()]:
            if made := parse_post(post, includes):
                read += 1
                listed = {url["url"] for url in (post.get("entities") or {}).get("urls", ())}
                assert not [url for url in listed if url in plain(made.body)], name
                assert parse_original(post)
        parse_absences(told.get("errors"))
    assert read > 900


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.partition(".")[0])
@at_most(20)
@given(data=st.data())
def test_any_part_may_be_anything(case: Path, data: st.DataObject) -> None:
    answer = load(case)
    places = list(_places(answer["data"]) if data.draw(st.booleans()) else _places(answer["includes"]))
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(junk)
    includes = parse_includes(answer["includes"])
    for post in answer["data"]:
        parse_post(post, includes)
        parse_author(post)
        if isinstance(post, dict):
            parse_original(post)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything that can be put in the place of something else."""
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
