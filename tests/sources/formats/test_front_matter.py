"""Front matter: what people write is understood, what we write is read again without a change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.summaries.files import reading
from app.sources.formats.front_matter import BadFile, join, parse, split
from tests.helpers.steps import no_hang, steps

# What a text column holds: no NUL, no half of a surrogate pair.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"))
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(
    st.dictionaries(values.filter(str.strip), values | st.lists(values, min_size=1), min_size=1),
    words,
)
def test_what_is_written_is_read(fields: dict[str, str | list[str]], body: str) -> None:
    assert split(join(fields, body)) == (fields, body.strip("\n"))


def test_a_block_at_the_end_keeps_its_last_line_end() -> None:
    assert split(join({"abstract": "One.\n"}, "Text."))[0] == {"abstract": "One.\n"}


def test_where_fields_and_text_stand() -> None:
    note = parse("---\nkey: a/b/C\n'title':\n  A\n# user: x\nuser: ann\n---\n\n\nText.\n")
    assert note.lines == {"key": 2, "title": 3, "user": 6}
    assert (note.body, note.body_line) == ("Text.", 10)


def test_values_stay_as_they_are_typed() -> None:
    head = (
        "arxiv: 1506.10\nyear: 2015\nanonymous: yes\ndate: 2026-05-12\nkey: 0x10\ndoi: null\n"
        "url: 'null'\nvenue: ~0"
    )
    fields, body = split(f"---\n{head}\n---\n\nText.\n")
    kept = ["1506.10", "2015", "yes", "2026-05-12", "0x10", "", "null", "~0"]
    assert list(fields.values()) == kept
    assert body == "Text."


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("Text.", 1, "first line must be ---"),
        ("", 1, "first line must be ---"),
        ("---\nkey: x\n", 1, "a second line with --- is missing"),
        ("---\nkey: x\ntitle: [a\n---\nText.", 3, "not YAML"),
        ("---\nkey: x\ntitle: 'a' b\n---\nText.", 3, "not YAML"),
        ("---\njust words\n---\nText.", 2, "list of names and values"),
        (
            "---\nkey: x\ntitle: t\nauthors:\n  - name: A\n---\nText.",
            4,
            "authors must be one value",
        ),
        ("---\nkey: x\nuser: a\n'user': b\n---\nText.", 4, "twice; the first is on line 3"),
        ("---\n? [a]\n: b\n---\nText.", 2, "The name of a field must be one value"),
        ("---\nkey: {a: b}\n---\nText.", 2, "key must be one value or a list"),
        ("---\nkey: [[a], [b]]\n---\nText.", 2, "key must be one value or a list"),
        ("---\n" + "[" * 5000 + "\n---\nText.", 2, "nested too deeply"),
        ("---\n" + "? " * 50_000 + "\n---\nText.", 2, "nested too deeply"),
        ("---\nkey: x\n" + "".join(f"k{n}:\n" for n in range(200)) + "---\nT.", 102, "100 fields"),
        ("---\nkey: x\ntags: [" + "a," * 50_000 + "]\n---\nText.", 3, "6,000 values"),
        ("---\nkey: &a x\ntitle: *a\n---\nText.", 3, "refers to another value"),
        ("---\nkey: " + "x" * 300_000 + "\n---\nText.", 2, "256,000 characters"),
    ],
)
def test_what_cannot_be_read_names_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(BadFile) as raised:
        reading.read(text.encode())
    assert raised.value.line == line
    assert says in str(raised.value)


def test_tags_make_nothing() -> None:
    found = reading.read(b"---\nkey: !!python/object/apply:os.abort []\ndoi: 10.1/x\n---\nText.")
    assert (found.record.key, found.record.doi) == ("", "10.1/x")


def test_anchors_do_not_multiply() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(BadFile):
        split("---\n" + "\n".join(lines) + "\n---\nText.")


def test_other_line_ends_and_marks() -> None:
    data = "\ufeff---\r\nkey: conf/x/A1\r\n---\r\n\r\nOne.\r\nTwo.\r\n".encode()
    found = reading.read(data)
    assert (found.record.key, found.text) == ("conf/x/A1", "One.\nTwo.")


def head(**fields: str) -> bytes:
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\nkey: conf/x/A1\n{lines}---\nText.\n".encode()


def test_all_that_a_file_can_say() -> None:
    found = reading.read(
        head(
            title="'On: this'",
            authors="[Ada Byron, Kurt Gödel 0001]",
            year="2015",
            venue="NIPS",
            doi="10.1/x",
            arxiv="1506.01497",
            url="https://example.org/a",
            abstract="'An $x$.'",
            keywords="a, b",
            user="'@Mira'",
            display_name="Mira Lindqvist",
            created="2026-05-12T09:30:00+02:00",
            edited="2026-05-13",
            visibility="Unlisted",
            anonymous="Yes",
            takeaway="It $w$orks.",
            tags="[a, '#b']",
        )
    )
    record = found.record
    assert (record.key, record.title, record.year) == ("conf/x/A1", "On: this", 2015)
    assert record.authors == ("Ada Byron", "Kurt Gödel 0001")
    assert (record.doi, record.arxiv_id) == ("10.1/x", "1506.01497")
    assert found.user == "mira"
    assert found.created == datetime(2026, 5, 12, 7, 30, tzinfo=UTC)
    assert found.edited == datetime(2026, 5, 13, tzinfo=UTC)
    assert (found.visibility, found.anonymous) == ("unlisted", True)
    assert (found.takeaway, found.tags) == ("It $w$orks.", ("a", "b"))
    assert found.unknown == ()


@pytest.mark.parametrize(
    "written",
    ["Ada Byron and Kurt Gödel", "Ada Byron, Kurt Gödel", "Ada Byron; Kurt Gödel"],
)
def test_authors_in_one_line(written: str) -> None:
    assert reading.read(head(authors=written)).record.authors == ("Ada Byron", "Kurt Gödel")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("visibility", "secret", "visibility is public, unlisted, private, not secret."),
        ("anonymous", "maybe", "anonymous is true or false, not maybe."),
        ("created", "yesterday", "created must be a moment such as"),
        ("published", "May", "published must be a day such as"),
    ],
)
def test_a_value_that_means_nothing(name: str, value: str, says: str) -> None:
    with pytest.raises(BadFile) as raised:
        reading.read(head(**{"year": "2015", name: value}))
    assert says in str(raised.value)
    assert raised.value.line == 4


def test_what_is_no_summary() -> None:
    for data, line, says in (
        (
            b"---\ntitle: A\n---\nText.",
            2,
            "Give a key, DOI, arXiv ID, or the title",
        ),
        (b"---\nkey: conf/x/A1\n---\n\n \n", 6, "There is no text"),
        (b"---\nkey: conf/x/A1\n---\nT\xe9xt.", 4, "not UTF-8"),
        (b"x" * 1_000_001, 1, "at most 1,000,000 bytes"),
    ):
        with pytest.raises(BadFile, match=says) as raised:
            reading.read(data)
        assert raised.value.line == line


def test_fields_of_other_programs_are_named() -> None:
    assert reading.read(head(aliases="[x]", rating="5", My_Field="x")).unknown == (
        "rating",
        "My_Field",
    )


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("title: BERT: a study", "title", "BERT: a study"),
        ("title: Why? An answer:", "title", "Why? An answer:"),
        ("citekey: @smith2020", "citekey", "@smith2020"),
        ("authors: [[Ann Smith]]", "authors", "[[Ann Smith]]"),
        ("authors:\n  - [[Ann Smith]]\n  - Bob", "authors", ["[[Ann Smith]]", "Bob"]),
        ('title: "Quoted": not', "title", None),
        ("tags: [a, b: c", "tags", None),
    ],
)
def test_what_lacks_quotes_is_read_as_it_is_meant(
    line: str, name: str, value: str | list[str] | None
) -> None:
    text = f"---\nkey: x\n{line}\n---\nText."
    if value is None:
        with pytest.raises(BadFile, match="not YAML"):
            parse(text)
    else:
        assert parse(text).fields[name] == value


def test_spaces_in_a_line_without_quotes_take_time_by_their_length() -> None:
    text = f"---\ntitle: BERT:{' ' * 250_000}a study   \n---\n"
    with no_hang():
        assert steps(parse, text) < 20 * len(text)
    assert parse(text).fields["title"].endswith("a study")
