"""The server takes requests from slow, silent, crowding and leaving clients, and goes on."""

from __future__ import annotations

import json
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import pytest
from flask import Flask

from app.serving.limits import AddressCounter, TooManyRequests, network
from app.views.http.incoming import allowance
from app.views.http.security import LARGE_REQUESTS
from tests.helpers.client import Browser
from tests.helpers.running import serving
from tests.helpers.small_server import ALLOWED, running
from tests.helpers.waiting import SAFETY, wait_until

HEAD = "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server that has time for its clients, and room for a thousand bytes."""
    with running(body_bytes=1000) as found:
        yield found


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """A server that has none."""
    with running(body_bytes=1000, body_seconds=0.2, idle_seconds=0.3, taken_bytes=0) as found:
        yield found


def connect(port: int, sent: str = "") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), SAFETY)
    client.sendall(sent.encode())
    return client


def answer(client: socket.socket) -> tuple[int, bytes]:
    """Status and all else that comes until the server ends the connection or the answer."""
    came = b""
    while b"\r\n\r\n" not in came:
        more = client.recv(65_536)
        assert more, came
        came += more
    head, _, body = came.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    while len(body) < length and (more := client.recv(65_536)):
        body += more
    return int(head.split()[1]), body


def ask(port: int, method: str, path: str, **given: object) -> tuple[int, bytes, HTTPMessage]:
    connection = HTTPConnection("127.0.0.1", port, timeout=SAFETY)
    connection.request(method, path, **given)  # type: ignore[arg-type]
    found = connection.getresponse()
    body = found.read()
    connection.close()
    return found.status, body, found.headers


@pytest.mark.slow
def test_silent_and_idle_clients_stop_nobody(tmp_path: Path) -> None:
    """40 clients that promise a form and send none, and 300 that say nothing at all."""
    with serving(tmp_path) as serve, ExitStack() as opened:
        serve.until_line("Shortlist:")
        port = serve.port
        silent = [connect(port, HEAD.format("/login", 1000)) for _ in range(40)]
        for client in [*silent, *(connect(port) for _ in range(300))]:
            opened.enter_context(client)
        status, page, _ = ask(port, "GET", "/")
        assert status == 200
        assert b"</html>" in page


def test_a_body_that_stalls(hasty: int) -> None:
    with connect(hasty, HEAD.format("/", 10) + "half") as client:
        status, text = answer(client)
        assert status == 408
        assert b"did not arrive in time" in text
        assert client.recv(1) == b""


def test_a_body_that_comes_in_drops(hasty: int) -> None:
    """It is never silent for as long as the limit, and too slow as a whole."""
    with connect(hasty, HEAD.format("/", 900)) as client:
        client.settimeout(0.02)  # between the drops; an answer ends it
        for _ in range(900):
            client.sendall(b"x")
            try:
                came = client.recv(20)
                break
            except TimeoutError:
                continue
        else:
            pytest.fail("all drops were taken")
        assert came.startswith(b"HTTP/1.1 408")


def test_connections_without_a_request_are_closed(hasty: int) -> None:
    for said in ("", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\nCookie: a"):
        with connect(hasty, said) as client:
            assert client.recv(1) == b""
    with connect(hasty, "GET / HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        assert answer(client)[0] == 200
        assert client.recv(1) == b""


def test_a_client_that_leaves_before_its_body_is_complete(port: int) -> None:
    """The app does not take a part for the whole: of both kinds of body."""
    for rest in (
        HEAD.format("/", 10) + "half",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ):
        with connect(port, rest) as client:
            client.shutdown(socket.SHUT_WR)
            came = client.recv(200)
            assert came == b"" or came.startswith(b"HTTP/1.1 400")


def test_one_address_may_not_crowd_out_others() -> None:
    with running(body_bytes=1000, bodies_per_address=2) as port, ExitStack() as opened:
        for _ in range(2):
            opened.enter_context(connect(port, HEAD.format("/", 10)))
            assert ask(port, "GET", "/")[0] == 200  # so that the one before it is read
        with connect(port, HEAD.format("/", 10)) as client:
            status, text = answer(client)
            assert status == 429
            assert b"at once" in text
        assert ask(port, "GET", "/")[0] == 200


def test_a_full_queue_is_told_at_once() -> None:
    with (
        running(threads=1, waiting=1, read_seconds=SAFETY) as port,
        socket.create_server(("127.0.0.1", 0)) as told,
        ExitStack() as opened,
    ):
        told.settimeout(SAFETY)
        wait = f"GET /wait?{told.getsockname()[1]} HTTP/1.1\r\nHost: x\r\n\r\n"
        first = opened.enter_context(connect(port, wait))
        busy = opened.enter_context(told.accept()[0])  # the only thread is taken
        others = [opened.enter_context(connect(port, wait)) for _ in range(2)]
        refused = select.select(others, [], [], SAFETY)[0][0]
        assert answer(refused)[0] == 503
        status, body, headers = ask(port, "GET", "/", headers={"Accept": "application/json"})
        assert status == 503
        assert headers["Retry-After"] == "5"
        assert "The site is busy" in json.loads(body)["error"]
        status, body, headers = ask(port, "GET", "/", headers={"Accept": "text/html"})
        assert (status, headers["X-Frame-Options"]) == (503, "DENY")
        assert b"Try again</a>" in body
        busy.sendall(b"!")
        assert answer(first)[0] == 200
        opened.enter_context(told.accept()[0]).sendall(b"!")
        assert [answer(each)[0] for each in others if each is not refused] == [200]


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_bodies(port: int, size: int) -> None:
    sent = b"y" * size
    assert ask(port, "POST", "/", body=sent)[1] == f"{size} {size} ".encode() + sent[:20]
    chunks = iter([sent[:1], sent[1:]] if size > 1 else [sent] if size else [])
    status, body, _ = ask(port, "POST", "/", body=chunks, encode_chunked=True)
    assert (status, body) == (200, f"{size} {size} ".encode() + sent[:20])


@pytest.mark.parametrize(
    ("path", "size", "seen"),
    [
        ("/", 1001, b"1001 0 "),
        ("/large", ALLOWED, f"{ALLOWED} {ALLOWED} ".encode() + b"y" * 20),
        ("/large", ALLOWED + 1, f"{ALLOWED + 1} 0 ".encode()),
    ],
)
def test_large_bodies_are_read_only_where_the_app_says(
    port: int, path: str, size: int, seen: bytes
) -> None:
    """The app gets the length and no body, and so refuses as it does for any reason."""
    assert ask(port, "POST", path, body=b"y" * size)[1] == seen
    chunks = iter([b"y" * size])
    assert ask(port, "POST", path, body=chunks, encode_chunked=True)[1] == seen


def test_a_large_body_is_refused_before_it_is_sent(port: int) -> None:
    with connect(port, HEAD.format("/", 10**9)) as client:
        assert answer(client) == (200, b"1000000000 0 ")


def test_continue(port: int) -> None:
    head = HEAD.format("/", 4).replace("Host", "Expect: 100-continue\r\nHost")
    with connect(port, head) as client:
        assert client.recv(200) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"body")
        assert answer(client) == (200, b"4 4 body")


def test_answers(port: int) -> None:
    for method, expected in (("GET", b"body"), ("HEAD", b"")):
        status, body, headers = ask(port, method, "/headers")
        assert (status, body) == (200, expected)
        assert headers.get_all("Set-Cookie") == ["a=1", "b=2"]
        assert headers["Content-Length"] == "4"
    assert ask(port, "GET", "/stream")[:2] == (200, b"0\n1\n2\n")
    status, body, _ = ask(port, "GET", "/broken")
    assert status == 500
    assert b"on our side" in body


def test_a_large_answer(port: int) -> None:
    for _ in range(2):
        status, body, _ = ask(port, "GET", "/big")
        assert (status, len(body)) == (200, 30_000_000)
    status, body, _ = ask(port, "HEAD", "/big")
    assert (status, body) == (200, b"")


def test_clients_that_do_not_take_a_large_answer(tmp_path: Path) -> None:
    """They hold no thread, and only for a while a file."""
    with running(tmp_path, body_bytes=10**9, body_seconds=0.3) as port, ExitStack() as opened:
        slow = []
        for _ in range(8):
            client = opened.enter_context(connect(port, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n"))
            assert client.recv(12) == b"HTTP/1.1 200"
            slow.append(client)
        assert ask(port, "GET", "/headers")[1] == b"body"
        while any(tmp_path.iterdir()):
            assert ask(port, "GET", "/headers")[1] == b"body"
        for client in slow:
            assert taken(client) < 30_000_000


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system has no such limit")
def test_clients_that_take_nothing_of_an_answer_in_memory(hasty: int) -> None:
    """They are given up; the server does not hold the answer as long as they like."""
    with socket.socket() as client:
        # As over a network: at home the system takes the whole answer off the server's hands.
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.settimeout(SAFETY)
        client.connect(("127.0.0.1", hasty))
        client.sendall(b"GET /medium HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: is_given_up(client), "the end of the connection")
        assert taken(client) < 250_000
    assert len(ask(hasty, "GET", "/medium")[1]) == 250_000


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")
def test_clients_that_take_a_few_bytes_now_and_then() -> None:
    """The system sees that they go on; the server sees that they go on too slowly."""
    # More than there is: only who is done in that time takes enough.
    with running(body_seconds=1.0, taken_bytes=1_000_000) as port, socket.socket() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.settimeout(SAFETY)
        client.connect(("127.0.0.1", port))
        client.sendall(b"GET /medium HTTP/1.1\r\nHost: x\r\n\r\n")
        count, others = 0, 0
        with suppress(ConnectionResetError):
            # Each takes as long as a few answers to others do, who take them whole: to its end it
            # would take 25,000 of these.
            while came := client.recv(50):
                count += len(came)
                for _ in range(5):
                    assert len(ask(port, "GET", "/medium")[1]) == 250_000
                    others += 1
        assert 0 < count < 250_000
        assert others > 5


def is_given_up(client: socket.socket) -> bool:
    """Whether the server knows nothing of a connection any more."""
    try:
        client.send(b"G")
    except (ConnectionResetError, BrokenPipeError):
        return True
    return False


@pytest.mark.slow
def test_a_stop_leaves_no_large_answer(tmp_path: Path) -> None:
    with running(tmp_path, stop_seconds=2.0) as port:
        client = connect(port, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"
    client.close()
    assert list(tmp_path.iterdir()) == []


def taken(client: socket.socket) -> int:
    """How many bytes more come before the connection ends."""
    count = 0
    with suppress(ConnectionResetError):
        while came := client.recv(1_000_000):
            count += len(came)
    return count


def test_environ(port: int) -> None:
    headers = {"X-Two-Words": "a", "Cookie": "a=1", "Under_Score": "x", "Content-Type": "text/x"}
    _, body, _ = ask(port, "GET", "/environ?a=%41&b", headers=headers)
    found = json.loads(body)
    assert found["PATH_INFO"] == "/environ"
    assert found["QUERY_STRING"] == "a=%41&b"
    assert found["REMOTE_ADDR"] == "127.0.0.1"
    assert found["SERVER_PORT"] == str(port)
    assert found["wsgi.url_scheme"] == "http"
    assert found["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert found["HTTP_X_TWO_WORDS"] == "a"
    assert found["HTTP_COOKIE"] == "a=1"
    assert found["CONTENT_TYPE"] == "text/x"
    assert not [name for name in found if "UNDER" in name]


def test_networks() -> None:
    assert network("192.0.2.1") == "192.0.2.1"
    assert network("::ffff:192.0.2.1") == "192.0.2.1"
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    shares = AddressCounter(1)
    with shares.one("a"), shares.one("b"), pytest.raises(TooManyRequests), shares.one("a"):
        pass
    with shares.one("a"), shares.one(""), shares.one(""):
        pass


def test_how_much_a_request_may_send(app: Flask, guest: Browser) -> None:
    """Much only who is signed in, and where files are uploaded."""
    allowed = allowance(app)
    usual = app.config["MAX_CONTENT_LENGTH"]

    def of(path: str, cookie: str = "", method: str = "POST") -> int:
        with app.test_request_context(path, method=method, headers={"Cookie": cookie}) as context:
            environ = dict(context.request.environ)
        return allowed(environ)

    assert of("/settings/import") == usual
    guest.sign_up("mira")
    kept = guest.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert kept is not None
    cookie = f"{kept.key}={kept.value}"
    assert of("/settings/import", cookie) == LARGE_REQUESTS["files.read"]
    assert of("/settings/import", cookie, "GET") == usual
    assert of("/nothing", cookie) == usual


@pytest.mark.slow
def test_a_new_installation_says_how_to_begin(tmp_path: Path) -> None:
    with serving(tmp_path) as serve:
        serve.until_line("Shortlist:")
        serve.until_line("  shortlist user create NAME --role administrator")
