"""The loop on X: a mention in, one reply out with the page's link, whatever X does, for the price it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from decimal import Decimal
from pathlib import Path

import pytest

from tests.flows.x_desk import XDesk, opened
from tests.testnet import x_writing
from unroller.core.errors import UnrollerError
from unroller.core.model import PostRef
from unroller.core.ports import Costly
from unroller.core.summary import slug
from unroller.flows.paste import key_of, paste
from unroller.flows.words import Outcome, table
from unroller.store import CallState, Status
from unroller.web.figures import metrics

Opener = Callable[..., XDesk]


pytestmark = pytest.mark.real


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[Opener]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(opened(tmp_path, **settings))


@pytest.fixture
def desk(open_desk: Opener) -> XDesk:
    return open_desk()


def spent(desk: XDesk) -> Decimal:
    network = desk.library.network("x")
    assert isinstance(network, Costly)
    balance = network.balance()
    assert balance is not None
    return Decimal(balance.spent) / 1_000_000


def test_a_mention_is_answered_with_the_link_of_the_whole_page(desk: XDesk) -> None:
    posts = desk.thread(size=25)
    call = desk.call("ben", to=posts[10])
    (answer,) = desk.answers(call)
    address = f"https://unroll.example/t/{slug(PostRef('x', posts[0].id))}"
    assert answer == f"@ben The thread by anna, 25 posts on one page:\n{address}"
    page = desk.page(posts[0])
    assert all(said.text in page for said in posts)
    assert page.count("View on X") == 25
    assert page.index(posts[0].text) < page.index(posts[24].text)


def test_a_thread_of_25_posts_buys_no_post_twice_and_costs_what_the_bill_says(desk: XDesk) -> None:
    before, posts = desk.billed(), desk.thread(size=25)
    assert desk.answers(desk.call("ben", to=posts[10]))
    bought = desk.net.bill
    assert bought.posts == 25
    assert bought.returned["post"] == 26  # the post that was meant is looked up, and search shows it too
    assert bought.count("reply") == 1
    # 25 posts, their author, the call and who called, the reply
    assert desk.billed() - before == Decimal("0.125") + Decimal("0.01") * 2 + Decimal("0.001") + Decimal(
        "0.01"
    )
    assert spent(desk) == desk.billed()


def test_a_second_call_for_the_same_thread_gets_the_same_link_and_buys_no_post(desk: XDesk) -> None:
    posts = desk.thread()
    (first,) = desk.answers(desk.call("ben", to=posts[0]))
    bought = desk.net.bill.posts
    (second,) = desk.answers(desk.call("carol", to=posts[2]))
    assert first.split("\n")[1] == second.split("\n")[1]
    assert desk.net.bill.posts == bought


def test_many_looks_for_calls_cost_nothing_where_there_are_none(desk: XDesk) -> None:
    desk.answers(desk.call("ben", to=desk.thread()[0]))
    desk.on(minutes=10)
    before = desk.billed()
    for _ in range(50):
        desk.on(seconds=15)
        desk.hear()
    assert desk.billed() == before == spent(desk)


def test_the_author_takes_the_page_down_with_one_reply(desk: XDesk) -> None:
    posts = desk.thread()
    call = desk.call("ben", to=posts[0])
    desk.answers(call)
    own = next(said for said in desk.net.world.posts.values() if said.answers is call)
    (done,) = desk.answers(desk.call("anna", "@unroller remove", to=own))
    assert "Done: the page is gone" in done
    assert desk.saved(posts[0]).status is Status.REMOVED
    assert desk.page(posts[0]) == ""
    assert x_writing.answers_to(desk.net, call) == []  # the bot took its link back


def test_a_call_for_a_thread_by_somebody_who_said_no_buys_nothing_of_it(desk: XDesk) -> None:
    posts = desk.thread(size=25)
    desk.answers(desk.call("anna", "@unroller optout"))
    bought = len(desk.net.bill.lines)
    call = desk.call("ben", to=posts[10])
    (answer,) = desk.answers(call)
    assert "asked not to be unrolled" in answer
    lines = [(kind, id_) for _, kind, id_ in desk.net.bill.lines[bought:]]
    assert [id_ for kind, id_ in lines if kind == "post"] == []
    assert posts[0].by.id not in [id_ for _, id_ in lines]
    assert desk.net.bill.count("reply") == 2


def test_a_link_to_a_thread_by_somebody_who_said_no_buys_one_post_of_it(desk: XDesk) -> None:
    posts = desk.thread(size=25)
    desk.answers(desk.call("anna", "@unroller optout"))
    bought = desk.net.bill.posts
    paste(desk.library, f"https://x.com/anna/status/{posts[10].id}")
    desk.work()
    assert desk.net.bill.posts == bought + 1
    found = desk.library.store.pastes.load(key_of(desk.library.match(posts[10].id)))
    assert found is not None
    assert "asked not to be unrolled" in found.words


# ------------------------------------------------------------------------------ money


def test_a_spent_month_is_an_answer_that_says_when_it_renews(open_desk: Opener) -> None:
    desk = open_desk(per_month="1.50")
    said = []
    for number in range(8):  # what can still be bought is a page that says so
        thread = desk.thread(f"author{number}", 60)
        said += desk.answers(desk.call("carol", to=thread[0]))
    assert "60 posts on one page" in said[0]
    assert any("the page says what is missing" in answer for answer in said)
    words = (
        "The budget for reading that network is spent; it renews on 2026-10-01. Please call me again then."
    )
    assert said[-1].startswith(f"@carol {words}")
    assert desk.billed() <= Decimal("1.50")
    assert spent(desk) == desk.billed()


def test_the_words_of_a_spent_budget_are_short_enough_in_every_language() -> None:
    for tag in ("en", "de", "fr", "es"):
        assert len(table(tag)[Outcome.BUDGET].format(renews="2026-10-01")) < 250


def test_one_who_asks_for_much_waits_for_tomorrow_and_others_do_not(open_desk: Opener) -> None:
    desk = open_desk(per_person_day="0.08")
    said = [desk.answers(desk.call("ben", to=desk.thread(f"a{n}", 5)[0])) for n in range(5)]
    assert "5 posts on one page" in said[0][0]
    assert "the page says what is missing" in said[1][0]
    assert "renews on 2026-09-03" in said[4][0]
    (answer,) = desk.answers(desk.call("carol", to=desk.thread("gwen", 5)[0]))
    assert "5 posts on one page" in answer
    desk.on(days=1)
    (answer,) = desk.answers(desk.call("ben", to=desk.thread("hans", 3)[0]))
    assert "3 posts on one page" in answer


def test_a_page_that_is_there_is_given_when_the_money_is_spent(open_desk: Opener) -> None:
    desk = open_desk(per_person_day="0.06")
    posts = desk.thread(size=5)
    (first,) = desk.answers(desk.call("ben", to=posts[0]))
    desk.on(hours=1)
    desk.answers(desk.call("ben", to=desk.thread("dora", 30)[0]))
    (again,) = desk.answers(desk.call("ben", "@unroller refresh", to=posts[0]))
    assert again.split("\n")[-1] == first.split("\n")[-1]


def test_a_pasted_link_is_told_at_once_that_the_money_is_spent(open_desk: Opener) -> None:
    desk = open_desk(per_person_day="0.004")
    link = f"https://x.com/anna/status/{desk.thread()[0].id}"
    paste(desk.library, link)
    desk.work()
    found = desk.library.store.pastes.load(key_of(desk.library.match(link)))
    assert found is not None
    assert found.exit_code == 5
    assert "renews on 2026-09-03" in found.words


def test_a_look_back_waits_for_money_and_the_page_stays(open_desk: Opener) -> None:
    desk = open_desk(per_person_day="0.03")
    posts = desk.thread(size=2)
    desk.answers(desk.call("ben", to=posts[0]))
    desk.on(hours=1, minutes=30)
    desk.work()  # looked at again on the same day, which costs nothing
    desk.on(hours=23)
    paste(desk.library, f"https://x.com/dora/status/{desk.thread('dora', 30)[0].id}")
    desk.work()
    page = desk.page(posts[0])
    desk.on(hours=2)
    desk.work()
    assert desk.page(posts[0]) == page
    assert desk.library.store.tasks.given_up() == ()
    desk.on(days=1)
    desk.work()
    assert desk.page(posts[0]) != page  # it says when it was looked at


def test_the_operator_sees_in_figures_what_was_spent_and_is_left(desk: XDesk) -> None:
    desk.answers(desk.call("ben", to=desk.thread()[0]))
    lines = metrics(desk.library).splitlines()
    assert f'unroller_spent_dollars{{network="x"}} {float(spent(desk))}' in lines
    assert f'unroller_budget_left_dollars{{network="x"}} {float(Decimal(20) - spent(desk))}' in lines


# ------------------------------------------------------------------------------ faults


@pytest.mark.parametrize("fault", ["lost", 503, "html", 429])
@pytest.mark.parametrize("after", range(7))
def test_a_fault_at_any_request_still_ends_in_one_answer(desk: XDesk, fault: int | str, after: int) -> None:
    posts = desk.thread()
    call = desk.call("ben", to=posts[1])
    desk.net.fail(fault, after=after)
    for _ in range(8):
        with suppress(UnrollerError):
            desk.hear()
        desk.work()
        desk.on(minutes=15)
    assert len(x_writing.answers_to(desk.net, call)) == 1
    assert desk.ledger(call).state is CallState.ANSWERED
    assert spent(desk) >= desk.billed()


def test_a_call_that_x_lets_nobody_answer_is_given_up_for_the_operator_to_see(desk: XDesk) -> None:
    posts = desk.thread()
    call = desk.call("ben", to=posts[0])
    desk.hear()
    call.text = "@ben has thought better of it"
    desk.work()
    assert desk.ledger(call).state is CallState.SILENT
    (task,) = desk.library.store.tasks.given_up()
    assert "does not let the bot answer" in task.words
    desk.on(days=1)
    desk.work()
    posted = [one for one in desk.net.asked if (one.method, one.route) == ("POST", "/2/tweets")]
    assert len(posted) == 1


def test_a_call_that_was_deleted_meanwhile_is_left(desk: XDesk) -> None:
    call = desk.call("ben", to=desk.thread()[0])
    desk.hear()
    call.deleted = True
    desk.work()
    assert desk.ledger(call).state is CallState.SILENT
    assert desk.library.store.tasks.given_up() == ()
