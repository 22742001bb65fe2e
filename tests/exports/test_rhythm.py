"""The picture of when somebody wrote says what happened, in few bytes, and in words."""

from __future__ import annotations

import pytest

from unroller.exports.rhythm import HEIGHT, STEP, rhythm
from unroller.exports.tongues import tongue


def test_every_month_has_its_place_and_the_fullest_its_height() -> None:
    made = rhythm({(2025, 11): 1, (2026, 1): 4})
    assert made
    assert made.path == f"M0 {HEIGHT}v-8h6v8zM{2 * STEP} {HEIGHT}v-{HEIGHT}h6v{HEIGHT}z"
    assert made.width == 3 * STEP
    assert made.words == "November 2025 to January 2026, at most 4 threads a month."


def test_many_months_are_shown_by_their_years() -> None:
    made = rhythm({(2008, 12): 2, (2009, 1): 1, (2009, 7): 1, (2026, 11): 1})
    assert made
    assert made.width == 19 * STEP
    assert made.path.count("z") == 3
    assert made.words == "2008 to 2026, at most 2 threads a year."


def test_a_single_thread_among_thousands_is_still_seen() -> None:
    made = rhythm({(2026, 1): 1, (2026, 2): 9000})
    assert made
    assert f"M0 {HEIGHT}v-1h6v1z" in made.path


@pytest.mark.parametrize("months", [{}, {(2026, 11): 7}])
def test_one_bar_is_no_picture(months: dict[tuple[int, int], int]) -> None:
    assert rhythm(months) is None


def test_languages_are_called_what_their_speakers_call_them() -> None:
    assert [tongue(tag) for tag in ("de", "ar", "ja", "xx")] == ["Deutsch", "العربية", "日本語", "xx"]
