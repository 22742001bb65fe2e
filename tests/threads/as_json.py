"""What a value is in JSON, to be compared with what stands in a file."""

from __future__ import annotations

import json
from typing import Any

import msgspec


def jsonable(value: object) -> Any:
    """Any of the model's values as `json.loads` reads it."""
    return json.loads(msgspec.json.encode(value, order="deterministic"))
