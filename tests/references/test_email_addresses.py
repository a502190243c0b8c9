from __future__ import annotations

import pytest

from app.references.email_addresses import fold_email_address, parse_email_address


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (" Ann.B+c@Example.ORG ", "Ann.B+c@example.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("a@b", None),
        ("ann", None),
        ("@example.org", None),
        ("ann@@example.org", None),
        ("ann@example.org\r\nBcc: x@y.org", None),
        ("ann@example..org", None),
        ("ann@-example.org", None),
        ("a b@example.org", None),
        (f"{'a' * 65}@example.org", None),
        (f"a@{'b.' * 125}org", None),
        ("ann@[127.0.0.1]", None),
        ("<ann@example.org>", None),
        ("ann,ben@example.org", None),
        ("\x00@example.org", None),
        ("", None),
    ],
)
def test_addresses_are_read(typed: str, found: str | None) -> None:
    assert parse_email_address(typed) == found


def test_addresses_are_compared_without_capitals() -> None:
    assert fold_email_address("Ann@Example.org") == fold_email_address("ann@EXAMPLE.org ")
