"""Whatever stands in a parameter, the answer is one that the API describes."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from tests.flows import paper
from tests.web.conftest import Desk, Seconds
from unroller.flows.library import open_library
from unroller.web.api.calls import Operation
from unroller.web.api.document import EVERYWHERE, parameters
from unroller.web.api.operations import OPERATIONS

HOSTILE = {
    "NUL": "\0",
    "10 KB": "x" * 10_000,
    "2 KB of quotes": '"' * 2_000,
    "bidi": "\u202eabc\u2066",
    "SQL": "'; DROP TABLE threads; --",
    "more SQL": '" OR 1=1 UNION SELECT * FROM keys --',
    "FTS": 'NEAR("a" "b", 5) AND title:* OR (NOT ^x',
    "unfinished FTS": '"* -"- ** {a b}:',
    "regex": "(((((((((((a+)+)+)+)+)+)+$",
    "wildcards": "%_%\\%",
    "path": "../../../../etc/passwd",
    "template": "{{7*7}}${7*7}<%=7%>",
    "markup": "<script>alert(1)</script>",
    "header": "a\r\nset-cookie: x=1",
    "emoji": "👩‍👩‍👧‍👦" * 50,
    "surrogate": "\ud800",
    "combining": "a" + "\u0300" * 1_000,
    "only marks": "\u064b\u0640 - \" ' ّ",
    "huge number": "9" * 500,
    "null": "null",
}  # fmt: skip


def address(one: Operation, name: str, value: str) -> str:
    """Where `one` is asked with `value` as `name`, and its examples for all else."""
    asked = dict(one.needs) | {name: value}
    path, query = one.path, []
    for key, said in asked.items():
        text = quote(said.encode(errors="surrogatepass"), safe="")
        if f"{{{key}}}" in path:
            path = path.replace(f"{{{key}}}", text)
        else:
            query.append(f"{key}={text}")
    return f"{path}?{'&'.join(query)}" if query else path


PLACES = [(one, asked["name"]) for one in OPERATIONS if not one.in_body for asked in parameters(one)]


@pytest.mark.slow
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_parameter_can_break_the_api(desk: Desk, hostile: str) -> None:
    desk.publish()
    desk.library.store.keys.add("x", 10)
    assert_sound(desk, HOSTILE[hostile])


def test_nor_can_it_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    network = paper.network()
    settings = paper.settings(tmp_path, database_url=postgres_url)
    with open_library(settings, http=network) as library:
        desk = Desk(library, network, Seconds())
        desk.publish()
        for hostile in HOSTILE.values():
            desk.seconds.now += 60
            assert_sound(desk, hostile)


def assert_sound(desk: Desk, hostile: str) -> None:
    """Each parameter in turn is `hostile`, and every answer is one that the API describes."""
    client = desk.client()
    for one, name in PLACES:
        answer = client.get(address(one, name, hostile))
        where = f"{one.name} {name} {hostile!r}: {answer.text[:300]}"
        assert answer.status_code in {
            *one.answers,
            *(kind.status for kind in (*EVERYWHERE, *one.problems)),
        }, where
        assert answer.status_code not in (500, 503), where
        kind = answer.headers.get("content-type", "")
        assert answer.status_code == 303 or kind in ("application/json", "application/problem+json"), where
    body = {"url": hostile.encode(errors="replace").decode()}
    assert 400 <= client.post("/api/v1/unroll", json=body).status_code < 500
