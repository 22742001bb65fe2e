"""Whatever is sent to the API, its answers are as its description says, and none is a crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.conftest import starter
from unroller.config import load_settings
from unroller.flows.library import open_library
from unroller.flows.sample import load_sample, sample_settings

# No schema can say that a text is the link of a post, so that 422 may come for what fits it; 501 is oEmbed's.
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", "403", "404", "410"]
negative_data_rejection.expected-statuses = ["4xx"]

[[operations]]
include-name = ["POST /api/v1/unroll", "GET /api/v1/unroll"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "403", "404", "410", "422"]

[[operations]]
include-name = "GET /api/oembed"
checks.positive_data_acceptance.expected-statuses = ["2xx", "403", "404", "501"]
checks.negative_data_rejection.expected-statuses = ["4xx", "501"]
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "501"]
"""


def sample(folder: Path) -> tuple[Path, str]:
    """The data folder of a library of the sample's threads, and a key with which calls are hardly counted."""
    settings = sample_settings(load_settings({"UNROLLER_DATA": str(folder)}, folder))
    with open_library(settings, sample=True) as library:
        load_sample(library)
        key = library.store.keys.add("fuzz", 1_000_000)
    assert key is not None
    return settings.data, key


@pytest.mark.real
def test_every_answer_to_schemathesis_is_as_it_is_described(tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    data, key = sample(tmp_path)
    with starter(data) as start:
        command = [
            *(str(Path(sys.executable).with_name("st")), "--config-file", str(config)),
            *("run", f"{start('--site-only').address}/api/v1/openapi.json", "--no-color", "--seed", "1"),
            # One worker: ast.parse of Python 3.11, which hypothesis uses, counts wrongly in several threads.
            *("--max-examples", "25", "--workers", "1", "-H", f"Authorization: Bearer {key}"),
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "7 selected / 7 total" in done.stdout
