"""ShortScience's exports, shaped as ORIGINAL describes them: the RSS of all, the CSV of one."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.sources.formats.shortscience import (
    BadFeed,
    BadItem,
    FeedItem,
    KeyedText,
    read_feed,
    read_keyed_texts,
)
from tests.helpers.memory import MEGABYTES, STEPS, peak_of
from tests.helpers.samples.shortscience import HEAD, ITEM, TAIL


def feed(*items: str, head: str = HEAD, tail: str = TAIL) -> list[FeedItem | BadItem]:
    return list(read_feed(io.BytesIO((head + "".join(items) + tail).encode())))


def item(**changes: str) -> str:
    found = ITEM
    for old, new in changes.items():
        found = found.replace({"link": "#martinthoma", "author": "Martin Thoma"}.get(old, old), new)
    return found


def test_an_item() -> None:
    assert feed(ITEM) == [
        FeedItem(
            line=4,
            key="conf/nips/RenHGS15",
            arxiv_id="1506.01497",
            title="Faster R-CNN: Towards Real-Time Object Detection & more",
            author="Martin Thoma",
            user="martinthoma",
            text="## Idea\nIt shares $W$ & more.\n",
            written_at=datetime(2016, 5, 9, 19, 11, 41, tzinfo=UTC),
            votes=7,
        )
    ]


@pytest.mark.parametrize("fragment", ["#anon", ""])
def test_one_without_a_name(fragment: str) -> None:
    found = feed(item(link=fragment, author="Anonymous"))[0]
    assert isinstance(found, FeedItem)
    assert (found.anonymous, found.user, found.author) == (True, "", "")


def test_a_name_that_an_account_could_not_have() -> None:
    found = feed(item(link="#Jos%C3%A9%20P%C3%A9rez"))[0]
    assert isinstance(found, FeedItem)
    assert found.user == "José Pérez"


@pytest.mark.parametrize(
    ("fields", "user"),
    [
        ({"author": "Anonymous"}, ""),
        ({"author": "ANONYMOUS"}, ""),
        ({"author": "anon"}, ""),
        ({"link": "#anon"}, ""),
        ({"link": "#anon.2"}, ""),
        ({"link": "#page-by-12"}, ""),
        ({"guid": "#anon"}, ""),
        ({"guid": "#somebody"}, ""),
        ({"guid": ""}, "martinthoma"),
        ({"guid": "#MartinThoma"}, "martinthoma"),
        ({"link": "", "guid": ""}, "Martin Thoma"),
        ({"author": ""}, "martinthoma"),
        ({"link": "#joecomments", "guid": ""}, "joecomments"),
    ],
)
def test_where_fields_disagree_nobody_is_named(fields: dict[str, str], user: str) -> None:
    text = ITEM.replace("Martin Thoma<", f"{fields.get('author', 'Martin Thoma')}<")
    for tag in ("link", "guid"):
        text = re.sub(f"#martinthoma</{tag}>", f"{fields.get(tag, '#martinthoma')}</{tag}>", text)
    found = feed(text)[0]
    assert isinstance(found, FeedItem)
    assert (found.user, found.anonymous) == (user, not user)
    if not user:
        assert found.author == ""


def test_without_its_own_elements_the_address_says_it() -> None:
    lines = [line for line in ITEM.splitlines() if "shortscience:" not in line]
    found = feed("\n".join(lines))[0]
    assert isinstance(found, FeedItem)
    assert (found.key, found.votes, found.arxiv_id) == ("conf/nips/RenHGS15", 0, "")


def test_what_is_missing_is_named_with_its_line() -> None:
    bad = ITEM.replace("<title>", "<tidle>").replace("</title>", "</tidle>")
    found = feed(ITEM, bad, ITEM)
    assert found[1] == BadItem(17, "This item has no title.")
    assert isinstance(found[2], FeedItem)


def test_a_file_that_breaks_off_gives_what_it_has() -> None:
    found = feed(ITEM, ITEM[:300], tail="")
    assert isinstance(found[0], FeedItem)
    assert len(found) == 2
    assert isinstance(found[1], BadItem)
    assert "breaks off" in found[1].message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no xml at all", "not XML"),
        ("<html><body/></html>", "no RSS feed"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>', "document type"),
        ("<rss>" + "<a>" * 50, "nested too deeply"),
    ],
)
def test_what_is_no_feed(text: str, says: str) -> None:
    with pytest.raises(BadFeed, match=says):
        list(read_feed(io.BytesIO(text.encode())))


LAUGHS = '<!DOCTYPE rss [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
)
BOMBS = {
    "a billion laughs": LAUGHS
    + "]><rss><channel><item><title>&a11;</title></item></channel></rss>",
    "a file of ours": '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>',
    "another server": '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd"><rss/>',
    "one huge element": HEAD + "<item><title>" + "x" * 60_000_000,
    "deep": "<rss><channel><item>" + "<a>" * 1_000_000,
    "many attributes": "<rss " + " ".join(f'a{n}=""' for n in range(300_000)) + "/>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_take_little_work_and_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(BOMBS[name])
    statement = "said = [type(each).__name__ for each in read_feed(open(sys.argv[1], 'rb'))]"
    said, steps, megabytes = peak_of(
        statement, path, "from app.sources.formats.shortscience import BadFeed as Bad, read_feed"
    )
    assert "FeedItem" not in said
    assert steps < STEPS
    assert megabytes < MEGABYTES


def test_the_table() -> None:
    text = 'conf/x/A1,"One, ""two""\nthree $a$"\r\nconf/x/A2,Short\r\n'
    assert list(read_keyed_texts(text)) == [
        KeyedText(1, "conf/x/A1", 'One, "two"\nthree $a$'),
        KeyedText(3, "conf/x/A2", "Short"),
    ]
    assert list(read_keyed_texts("a,b,c\n,x\nk,\n\nk,t")) == [
        BadItem(1, "A row has a key and a text; this has 3 columns."),
        BadItem(2, "This row has no key."),
        BadItem(3, "This row has no text."),
        KeyedText(5, "k", "t"),
    ]
    broken = list(read_keyed_texts('conf/x/A1,Text\nconf/x/A2,"open'))
    assert broken[0] == KeyedText(1, "conf/x/A1", "Text")
    assert isinstance(broken[1], BadItem)
