"""Asking the outside: where we go, how long we wait, how much we take."""

from __future__ import annotations

import gzip
import socket
from types import SimpleNamespace
from typing import Any

import pytest

from app.sources.contract import SourceUnavailable
from app.sources.lookup import fetch as fetching
from app.sources.lookup.fetch import FetchSettings, HostSchedule, make_fetch
from app.sources.lookup.registry import HOSTS
from tests.helpers.stand_ins.outside import Reply, StandIn
from tests.helpers.waiting import SAFETY, deadline

DBLP = "dblp.org"
NO_WAITING = HostSchedule(dict.fromkeys(HOSTS, 0.0))


def ask(stand_in: StandIn, reply: Reply, seconds: float = SAFETY) -> bytes | None:
    stand_in.replies[f"{DBLP}/x"] = reply
    return stand_in.fetch(seconds)(DBLP, "/x", {})


def test_an_answer(stand_in: StandIn) -> None:
    assert ask(stand_in, Reply(body=b"here")) == b"here"
    assert ask(stand_in, Reply(404, b"not here")) is None
    stand_in.fetch()(DBLP, "/x", {"q": "a b&c=d#e\r\nHost: x"})
    assert stand_in.asked[-1] == "dblp.org/x?q=a+b%26c%3Dd%23e%0D%0AHost%3A+x"


def test_packed_answers(stand_in: StandIn) -> None:
    packed = Reply(body=gzip.compress(b"here" * 1000), headers={"Content-Encoding": "gzip"})
    assert ask(stand_in, packed) == b"here" * 1000


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "169.254.169.254",
        "[::1]",
        "localhost",
        "arxiv.org.evil.example",
        "dblp.org@evil.example",
        "dblp.org:8080",
        "DBLP.org",
        "dblp.org.",
        "dblp.org\r\nX: y",
        "ｄblp.org",
        "",
    ],
)
def test_no_other_host_is_asked(host: str, stand_in: StandIn) -> None:
    with pytest.raises(SourceUnavailable):
        stand_in.fetch()(host, "/x", {})
    assert stand_in.asked == []


@pytest.mark.parametrize(
    "path",
    ["x", "", "/x\r\nHost: evil.example", "/x y", "/ü", "/" + "x" * 5000, "@evil.example/"],
)
def test_no_odd_path_is_asked_for(path: str, stand_in: StandIn) -> None:
    with pytest.raises(SourceUnavailable):
        stand_in.fetch()(DBLP, path, {})
    assert stand_in.asked == []


@pytest.mark.parametrize("address", ["/y", "https://dblp.org/y", "https://api.crossref.org/y"])
def test_redirects_within_the_list_are_followed(address: str, stand_in: StandIn) -> None:
    stand_in.replies["dblp.org/y"] = stand_in.replies["api.crossref.org/y"] = Reply(body=b"there")
    assert ask(stand_in, Reply(302, headers={"Location": address})) == b"there"


@pytest.mark.parametrize(
    "address",
    [
        "http://dblp.org/y",
        "https://evil.example/y",
        "https://dblp.org@evil.example/y",
        "https://dblp.org:8443/y",
        "https://dblp.org.evil.example/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "//evil.example/y",
        "https:\\\\evil.example",
        "file:///etc/passwd",
        "https://dblp.org:x/",
        "https://[",
        "y",
        "",
    ],
)
def test_redirects_elsewhere_are_not(address: str, stand_in: StandIn) -> None:
    with pytest.raises(SourceUnavailable, match="another address"):
        ask(stand_in, Reply(302, headers={"Location": address}))
    assert len(stand_in.asked) == 1


def test_redirects_end(stand_in: StandIn) -> None:
    with pytest.raises(SourceUnavailable, match="from one address to the next"):
        ask(stand_in, Reply(302, headers={"Location": "/x"}))
    assert len(stand_in.asked) == 3


def test_nothing_of_the_environment_matters(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert ask(stand_in, Reply(body=b"here")) == b"here"


def _drip(connection: Any) -> None:
    """Byte by byte, so that there is always something to read, and never much."""
    while True:
        connection.write(b"x")
        connection.flush()


def _flood(connection: Any) -> None:
    while True:
        connection.write(b"x" * 65536)


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(body=_flood), "more than we want"),
        (Reply(headers={"X": "y" * 70_000}), "broke off"),
        (Reply(500), "has a problem"),
        (Reply(403), "does not want"),
        (Reply(body=b"x", headers={"Content-Encoding": "gzip"}), "broke off"),
        (
            Reply(body=gzip.compress(b"x" * 999)[:-20], headers={"Content-Encoding": "gzip"}),
            "broke off",
        ),
        (Reply(body=b"x", headers={"Content-Encoding": "br"}), "cannot be read"),
    ],
    ids=["flood", "header", "500", "403", "no gzip", "cut gzip", "br"],
)
def test_bad_answers_are_said_to_be(reply: Reply, says: str, stand_in: StandIn) -> None:
    with pytest.raises(SourceUnavailable, match=says):
        ask(stand_in, reply)


@pytest.mark.parametrize("reply", [Reply(held=True), Reply(body=_drip)], ids=["silent", "drip"])
def test_what_does_not_end_is_given_up(reply: Reply, stand_in: StandIn) -> None:
    """The server does not go on before the test lets it, so only the limit can end this."""
    with pytest.raises(SourceUnavailable, match="in time"):
        ask(stand_in, reply, seconds=1.0)
    assert not stand_in.let_go.is_set()


def test_a_bomb_is_not_unpacked(stand_in: StandIn) -> None:
    bomb = gzip.compress(bytes(10_000_000), 1)
    with pytest.raises(SourceUnavailable, match="more than we want"):
        ask(stand_in, Reply(body=bomb, headers={"Content-Encoding": "gzip"}))


def test_who_asks_us_to_wait_is_left_alone(stand_in: StandIn) -> None:
    asking = stand_in.asking()
    stand_in.replies[f"{DBLP}/x"] = Reply(429, headers={"Retry-After": "120"})
    fetch = make_fetch(asking, deadline())
    with pytest.raises(SourceUnavailable, match="asks us to wait"):
        fetch(DBLP, "/x", {})
    with pytest.raises(SourceUnavailable, match="asked a lot"):
        fetch(DBLP, "/x", {})
    assert len(stand_in.asked) == 1


def test_a_host_is_asked_one_time_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=lambda: 100.0))
    turns = HostSchedule(HOSTS)
    assert turns.take("export.arxiv.org", 105.0) == 0.0
    assert turns.take("export.arxiv.org", 105.0) == 3.0
    assert turns.take(DBLP, 105.0) == 0.0
    with pytest.raises(SourceUnavailable, match="asked a lot"):
        turns.take("export.arxiv.org", 105.0)


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "fe80::1%eth0", "0.0.0.0"),
        *("192.0.0.192", "::ffff:100.100.100.200", "::ffff:0:127.0.0.1", "::127.0.0.1"),
        *("64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
    ],
)
def test_a_name_that_means_our_own_network_is_not_followed(
    address: str, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def names(host: str, port: int, **_: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", names)
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        make_fetch(FetchSettings("x", turns=NO_WAITING), deadline())(DBLP, "/x", {})


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def names(*_: Any, **__: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(fetching.socket, "getaddrinfo", names)
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        make_fetch(FetchSettings("x", turns=NO_WAITING), deadline())(DBLP, "/x", {})
