"""The words after the bot's handle become a command, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.calls import Command, command


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (" unroll", Command.UNROLL),
        ("UNROLL!", Command.UNROLL),
        (": please unroll this one", Command.UNROLL),
        ("\nPlease, compile", Command.UNROLL),
        (" refresh", Command.REFRESH),
        (" help?", Command.HELP),
        (" remove it", Command.REMOVE),
        (" optout", Command.OPT_OUT),
        (" opt-out", Command.OPT_OUT),
        (" opt out", Command.OPT_OUT),
        (" Opt-In", Command.OPT_IN),
        (" yes.", Command.YES),
        (" yes, please", Command.YES),
        (" thanks", None),
        (" unrolling is fun", None),
        (" did not unroll", None),
        (" opt", None),
        (" please", None),
        (" pleaseunroll", None),
        ("", None),
        (" …", None),
    ],
)
def test_only_the_first_word_counts_and_please_may_stand_before_it(words: str, meant: Command | None) -> None:
    assert command(words) is meant


@given(st.text())
def test_any_text_is_a_command_or_none_but_never_a_bare_call(words: str) -> None:
    assert command(words) is not Command.BARE


@given(st.sampled_from(["unroll", "refresh", "remove"]), st.text(alphabet=" \n,.:!", max_size=9), st.text())
def test_what_follows_the_command_changes_nothing(word: str, before: str, after: str) -> None:
    assert command(before + word.upper() + " " + after) is Command(word)
