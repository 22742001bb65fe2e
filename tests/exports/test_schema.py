"""The schema that is documented is the model's, and every thread fits it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from msgspec.structs import replace

from tests import threads
from tests.docs.pages import read
from tests.exports.pages import ALONE, OPEN
from unroller.exports.json import Json
from unroller.exports.schema import thread_schema


def schema() -> Any:
    return json.loads(read("docs/exports/thread.schema.json"))


VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_the_documented_schema_is_the_models() -> None:
    assert schema() == thread_schema(), "python -m unroller.exports.schema > docs/exports/thread.schema.json"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("made", threads.ALL.values(), ids=threads.ALL)
def test_every_thread_fits_it(made) -> None:  # type: ignore[no-untyped-def]
    VALIDATOR.validate(json.loads(Json().render(made(), OPEN, ALONE)))


@pytest.mark.parametrize("lost", ["posts", "author", "completeness", "ref"])
def test_a_thread_that_lacks_something_does_not_fit(lost: str) -> None:
    found = json.loads(Json().render(replace(threads.short()), OPEN, ALONE))
    del found["thread"][lost]
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(found)
