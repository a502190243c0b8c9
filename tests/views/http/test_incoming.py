"""Forms as they come in are read as Python's library reads them, and faster."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask, request
from hypothesis import given, settings
from hypothesis import strategies as st

from app.views.http.incoming import Request, fields
from tests.helpers.samples.hostile import HOSTILE
from tests.helpers.steps import steps


def expected(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode(), keep_blank_values=True, errors="werkzeug.url_quote")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"a=1&b=2&a=3",
        b"a&b=&=c&&d",
        b"a=b=c&d=%3D%3d",
        b"a+b=c+d%20e%2B",
        b"a=%0D%0A%0a line%09 \t ",
        b"a=x%0A%20%0A%20%20",
        b"a= \n \r\n%20\n",
        b"a=%C3%A9%e2%82%ac",
        "a=é%C3%A9%FFé%80".encode(),
        b"a=%FF%C3",
        b"a=100%&b=%zz&c=%4&d=%%41&e=%\n41",
        b"a=%\rx\n%&b=%%%\r\n&c=%\n%4141",
        b"a=_x_=_&_=%5F",
        b"a=%00%7f",
    ],
)
def test_as_the_library_reads_it(body: bytes) -> None:
    assert fields(body) == expected(body)


def test_what_is_no_text_has_no_fields() -> None:
    assert fields(b"a=\xff") == []


@given(st.text("aé=%&+ \t\r\n_.0Af", max_size=30).map(str.encode))
@settings(max_examples=300, derandomize=True)
def test_any_form(body: bytes) -> None:
    assert fields(body) == expected(body)


@pytest.mark.parametrize("name", ["bars", "star words", "right to left"])
def test_hostile_texts_take_no_step_for_each_sign(name: str) -> None:
    """The library takes several for each sign that a browser escapes, some hundred thousand."""
    body = urlencode({"source": HOSTILE[name]}).encode()
    assert fields(body) == expected(body)
    assert steps(fields, body) < 100


def test_the_app_reads_forms_so(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"a": "é = %"}):
        assert isinstance(request._get_current_object(), Request)
        assert request.form.to_dict() == {"a": "é = %"}
