"""The client asks again when that is welcome, and keeps to what servers say about their limits."""

import threading
from datetime import UTC, datetime

import pytest

from tests.http.conftest import MakeClient, Time
from tests.http.servers import answer, say, serving
from unroller.core.errors import NetworkError
from unroller.http.client import Patience
from unroller.http.pace import DAY, told_pause, used_up

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


def test_a_server_in_trouble_is_asked_again_with_growing_pauses(client: MakeClient, time: Time) -> None:
    with serving(say(answer(status=502), answer(status=500), answer(b"well"))) as server:
        polite = client(server.pair)
        assert polite.request("GET", server.url()).body == b"well"
    assert time.slept == [0.5, 1.0]
    assert polite.tally.read().requests == 3
    assert polite.tally.read().paused == 1.5


def test_a_server_that_stays_in_trouble_is_a_network_error(client: MakeClient) -> None:
    with serving(say(answer(status=500))) as server:
        with pytest.raises(NetworkError) as failed:
            client(server.pair).request("GET", server.url())
        assert len(server.heads) == 4
    assert failed.value.retry_after == 30


@pytest.mark.parametrize("said", [answer(status=500), answer(status=429, Retry_After="1"), b""])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_message_is_never_sent_twice(said: bytes, method: str, client: MakeClient, time: Time) -> None:
    with serving(say(said)) as server:
        with pytest.raises(NetworkError):
            client(server.pair).request(method, server.url(), json={})
        assert len(server.heads) == 1
    assert time.slept == []


def test_a_short_pause_that_is_asked_for_is_kept(client: MakeClient, time: Time) -> None:
    with serving(say(answer(status=429, Retry_After="7"), answer())) as server:
        assert client(server.pair).request("GET", server.url()).status == 200
    assert time.slept == [7.0]


def test_a_long_pause_is_left_to_the_caller(client: MakeClient, time: Time) -> None:
    with serving(say(answer(status=429, Retry_After="300"))) as server:
        polite = client(server.pair)
        for _ in range(2):
            with pytest.raises(NetworkError) as failed:
                polite.request("GET", server.url())
            assert failed.value.retry_after == 300
        assert len(server.heads) == 1  # the second call did not even ask
    assert time.slept == []


def test_a_pause_is_not_longer_than_what_is_left(client: MakeClient, time: Time) -> None:
    with serving(say(answer(status=503, Retry_After="8"))) as server:
        with pytest.raises(NetworkError) as failed:
            client(server.pair, patience=Patience(total=12)).request("GET", server.url())
        assert len(server.heads) == 2
    assert failed.value.retry_after == 8
    assert time.slept == [8.0]


def test_too_many_requests_without_a_time_has_a_default(client: MakeClient) -> None:
    with serving(say(answer(status=429), answer())) as server:
        polite = client(server.pair)
        with pytest.raises(NetworkError) as failed:
            polite.request("GET", server.url())
        assert failed.value.retry_after == 60
        assert polite.request("GET", server.url()).status == 200


def test_a_used_up_limit_is_kept_until_its_reset(client: MakeClient, time: Time) -> None:
    last = answer(RateLimit_Remaining="0", RateLimit_Reset=str(EPOCH + 200))
    with serving(say(last, answer())) as server:
        polite = client(server.pair)
        assert polite.request("GET", server.url()).status == 200
        for method in ("GET", "POST"):
            with pytest.raises(NetworkError) as failed:
                polite.request(method, server.url())
            assert failed.value.retry_after == 200
        assert len(server.heads) == 1
        time.seconds += 201
        assert polite.request("GET", server.url()).status == 200


def test_a_short_hold_is_waited_for(client: MakeClient, time: Time) -> None:
    last = answer(RateLimit_Remaining="0", RateLimit_Reset=str(EPOCH + 3))
    with serving(say(last, answer())) as server:
        polite = client(server.pair)
        polite.request("GET", server.url())
        assert polite.request("GET", server.url()).status == 200
    assert time.slept == [3.0]


def test_used_up_log_ins_do_not_stop_reading(client: MakeClient) -> None:
    last = answer(RateLimit_Remaining="0", RateLimit_Reset=str(EPOCH + 80_000))
    with serving(say(last, answer())) as server:
        polite = client(server.pair)
        polite.request("POST", server.url("/login"), json={})
        with pytest.raises(NetworkError):
            polite.request("POST", server.url("/login"), json={})
        assert polite.request("GET", server.url("/thread")).status == 200
        assert polite.request("POST", server.url("/reply"), json={}).status == 200


def test_a_limit_of_one_endpoint_holds_that_endpoint_whichever_ids_it_is_asked_for(
    client: MakeClient,
) -> None:
    last = answer(x_rate_limit_remaining="0", x_rate_limit_reset=str(EPOCH + 200))
    with serving(say(last, answer())) as server:
        polite = client(server.pair)
        polite.request("GET", server.url("/2/users/7/mentions"))
        with pytest.raises(NetworkError):
            polite.request("GET", server.url("/2/users/8/mentions?max_results=5"))
        assert polite.request("GET", server.url("/2/users/7")).status == 200
        assert polite.request("GET", server.url("/2/tweets/search/all")).status == 200
        assert polite.request("POST", server.url("/2/tweets"), json={}).status == 200


def test_used_up_pages_of_lists_do_not_stop_other_reading(client: MakeClient) -> None:
    last = answer(X_RateLimit_Remaining="0", X_RateLimit_Reset="2026-11-22T00:15:00.000Z")
    with serving(say(last, answer())) as server:
        polite = client(server.pair)
        polite.request("GET", server.url("/notifications"), params={"min_id": "1"})
        with pytest.raises(NetworkError) as told:
            polite.request("GET", server.url("/statuses?max_id=7"))
        assert told.value.retry_after == 900
        assert polite.request("GET", server.url("/context"), params={"limit": 80}).status == 200


def test_one_host_held_does_not_hold_another(client: MakeClient) -> None:
    last = answer(RateLimit_Remaining="0", RateLimit_Reset=str(EPOCH + 200))
    with serving(say(last)) as held, serving(say(answer())) as free:
        polite = client(held.pair, free.pair)
        polite.request("GET", held.url())
        assert polite.request("GET", free.url()).status == 200


def test_threads_share_the_holds_and_the_tally_but_no_deadline(client: MakeClient) -> None:
    with serving(say(answer(b"x" * 10))) as server:
        polite = client(server.pair)
        bodies: list[bytes] = []

        def ask() -> None:
            bodies.extend(polite.request("GET", server.url()).body for _ in range(10))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert bodies == [b"x" * 10] * 80
    assert polite.tally.read().requests == 80


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 0 "}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 00:02:00 GMT"}, 120),
        ({"retry-after": "Sat, 21 Nov 2026 00:00:00 GMT"}, 0),
        ({"retry-after": "soon", "ratelimit-reset": str(EPOCH + 60)}, 60),
        ({"ratelimit-reset": str(EPOCH + 60)}, 60),
        ({"x-ratelimit-reset": "2026-11-22T00:01:00.000Z"}, 60),
        ({"x-rate-limit-reset": str(EPOCH + 60)}, 60),
        ({"ratelimit-reset": "30"}, 30),
        ({"retry-after": "99999999999999999999"}, DAY),
        ({"x-ratelimit-reset": "9999-12-31T23:59:59Z"}, DAY),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "²"}, None),
        ({"ratelimit-reset": "tomorrow"}, None),
        ({}, None),
    ],
)
def test_each_way_to_say_when(headers: dict[str, str], seconds: float | None) -> None:
    assert told_pause(429, headers, NOW) == seconds


def test_ordinary_limit_headers_of_a_server_in_trouble_ask_for_no_pause() -> None:
    headers = {"ratelimit-remaining": "2999", "ratelimit-reset": str(EPOCH + 300)}
    assert told_pause(503, headers, NOW) is None
    assert told_pause(200, {"retry-after": "5"}, NOW) is None


def test_a_limit_with_something_left_is_not_used_up() -> None:
    reset = {"x-ratelimit-reset": "2026-11-22T00:01:00Z"}
    assert used_up({"x-ratelimit-remaining": "1"} | reset, NOW) is None
    assert used_up({"x-ratelimit-remaining": "0"} | reset, NOW) == 60
