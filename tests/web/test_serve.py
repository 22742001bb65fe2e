"""`unroll serve` is one command for several processes that live and end together."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.testnet.processes import is_alive
from tests.web.conftest import Desk, Running, answers, wait_until
from unroller.config import Settings
from unroller.core.errors import NetworkError, SetupError
from unroller.core.ports import Rules
from unroller.web import crew, outlook, serve, supervise
from unroller.web.supervise import Role, Supervisor, in_a_child

Start = Callable[..., Running]


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_one_command_runs_site_and_crew_and_says_where_what_is(tmp_path: Path, start: Start) -> None:
    running = start("--sample")
    with running.client() as client:
        assert "a sample" in client.get("/").text
        assert client.get("/health").json()["store"] == "ok"
    wait_until(lambda: len(children(running.process.pid)) == 2)
    running.process.send_signal(signal.SIGTERM)
    _, said = running.process.communicate(timeout=20)
    assert running.process.returncode == 0
    assert running.address.replace("127.0.0.1", "localhost") in said
    assert "The bot is off" in said
    assert "unroll connect bluesky" in said
    assert str(tmp_path) in said


def test_control_c_ends_everything(start: Start) -> None:
    running = start()
    wait_until(lambda: len(children(running.process.pid)) == 2)
    pids = children(running.process.pid)
    for pid in (*pids, running.process.pid):
        os.kill(pid, signal.SIGINT)  # as a terminal does
    running.process.communicate(timeout=20)
    assert running.process.returncode == 0
    assert not any(map(is_alive, pids))


def test_nothing_is_left_over_when_the_first_process_is_killed(start: Start) -> None:
    running = start()
    wait_until(lambda: len(children(running.process.pid)) == 2)
    pids = children(running.process.pid)
    running.process.kill()
    running.process.communicate(timeout=20)
    wait_until(lambda: not any(map(is_alive, pids)))


def test_a_site_that_dies_is_started_again(start: Start) -> None:
    running = start("--site-only")
    wait_until(lambda: len(children(running.process.pid)) == 1)
    (first,) = children(running.process.pid)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: children(running.process.pid) not in ([], [first]))
    wait_until(lambda: answers(running))


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupError, match=rf"^Cannot listen on 127.0.0.1:{port}: .* Set UNROLLER_PORT"):
            serve.listening_address("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no..name"])
def test_an_address_of_another_machine_is_no_place_to_listen(host: str) -> None:
    with pytest.raises(SetupError, match=rf"^Cannot listen on {host}:8000: .* Set UNROLLER_HOST"):
        serve.listening_address(host, 8000)


def test_a_host_may_be_given_by_name(start: Start) -> None:
    running = start("--site-only", "--host", "localhost")
    assert running.process.poll() is None
    assert running.address == f"http://127.0.0.1:{running.address.rpartition(':')[2]}"


def test_what_is_wrong_with_the_library_is_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "unroller.db").write_text("not a database, but a rather long text about one" * 30)
    with pytest.raises(SetupError):
        serve.serve(Settings(data=tmp_path), site=False)


def test_what_a_child_process_found_comes_back() -> None:
    assert in_a_child(os.getpid) != os.getpid()
    with pytest.raises(SetupError, match="no good") as raised:
        in_a_child(_fails)
    assert raised.value.exit_code == 7
    with pytest.raises(RuntimeError, match="without an answer"):
        in_a_child(lambda: os._exit(3))


def _fails() -> None:
    raise SetupError("no good")


def test_pauses_before_a_restart_grow_until_a_process_is_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    role = Role("x", lambda: None)
    now = [0.0]
    supervisor = Supervisor([role], clock=lambda: now[0])
    dead: Any = SimpleNamespace(join=lambda: None, close=lambda: None, exitcode=1)
    waits = []
    for _ in range(10):
        supervisor._bury(role, dead)
        waits.append(role.due)
    assert waits[:3] == [0.5, 1.0, 2.0]
    assert max(waits) == supervise.LONGEST_PAUSE
    now[0] = 1000.0
    supervisor._bury(role, dead)
    assert role.due == 1000.5


def test_a_network_that_cannot_be_heard_is_asked_ever_more_rarely() -> None:
    waits = [crew.pause_after(failures) for failures in range(1, 12)]
    assert waits[0] > crew.PAUSE
    assert waits == sorted(waits)
    assert waits[-1] == crew.LONGEST_PAUSE
    assert crew.pause_after(1, 1000.0) == 1000.0


def test_listening_goes_on_after_any_failure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    heard: list[object] = [NetworkError("down"), ZeroDivisionError(), 0, 0]

    def hear(*_: object) -> int:
        found = heard.pop(0)
        if not heard:
            stop.set()
        if isinstance(found, Exception):
            raise found
        return 0

    monkeypatch.setattr(crew, "listen", hear)
    monkeypatch.setattr(crew, "PAUSE", 0.0)
    monkeypatch.setattr(NetworkError, "retry_after", 0.0)
    (_, _, bot), *_ = desk.library.messengers()
    crew.keep_listening(desk.library, "bluesky", bot, Rules("Bluesky", pause=0.0), stop)
    assert heard == []


def test_a_crew_answers_calls_and_ends_when_it_is_told_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    from tests.flows import paper

    monkeypatch.setattr(crew, "open_library", lambda *_, **__: nullcontext(desk.library))
    post = desk.write()[0]
    call = paper.call(desk.network, "bob", post)
    stop = threading.Event()
    run = threading.Thread(
        target=crew.run_crew,
        args=(desk.library.settings, stop),
        kwargs={"listeners": True, "workers": True, "sample": False},
    )
    run.start()
    try:
        wait_until(lambda: bool(paper.answers(desk.network, call)))
    finally:
        stop.set()
        run.join()
    assert len(paper.answers(desk.network, call)) == 1


@pytest.mark.parametrize(("down", "sentences"), [(True, 1), (False, 0)])
def test_no_way_out_is_said_in_one_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, down: bool, sentences: int
) -> None:
    if down:
        desk.network.down |= {"app.bsky.actor.getProfile", "com.atproto.server.getSession"}
        desk.network.down |= {"com.atproto.server.createSession"}
    monkeypatch.setattr(outlook, "make_client", lambda _: desk.network)
    said: list[str] = []
    outlook.look_out(desk.library.settings, said.append)
    assert len(said) == sentences
    assert all(one.startswith("Bluesky cannot be reached from here") for one in said)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["bluesky"], "First: unroll connect bluesky"),
        (["bluesky", "mastodon", "x"], "First: unroll connect bluesky (or mastodon, x)"),
    ],
)
def test_without_an_account_it_says_where_the_bot_could_have_one(names: list[str], said: str) -> None:
    def connect(account: str, operator: object) -> str:
        return ""

    networks = {name: SimpleNamespace(connect=connect) for name in names} | {"files": SimpleNamespace()}
    library: Any = SimpleNamespace(networks=networks, messengers=lambda: iter(()))
    assert serve.bot_sentences(library, listening=True) == [f"The bot is off: it has no account. {said}"]
