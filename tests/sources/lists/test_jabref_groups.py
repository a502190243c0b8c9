"""The tree of groups in files of JabRef, of several versions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sources.lists.jabref_groups import MAX_GROUPS, read_group_tree
from app.sources.lists.listed_paper import ListedPaper
from app.sources.lists.reading import read_list

TREE = r"""
@Comment{jabref-meta: databaseType:bibtex;}

@Comment{jabref-meta: grouping:
0 AllEntriesGroup:;
1 StaticGroup:Thesis\;0\;1\;0x8a8a8aff\;\;\;;
2 StaticGroup:Methods\;0\;1\;\;\;\;;
3 StaticGroup:Only both\;1\;1\;\;\;\;;
2 StaticGroup:Odd\\\; name\;0\;1\;\;\;\;;
1 StaticGroup:Talks\;2\;1\;\;\;\;;
2 StaticGroup:Methods\;0\;1\;\;\;\;;
1 KeywordGroup:Vision\;0\;keywords\;computer vision\;0\;0\;1\;\;\;\;;
1 KeywordGroup:Exact\;0\;keywords\;GAN\;1\;0\;1\;\;\;\;;
1 KeywordGroup:Pattern\;0\;keywords\;.*\;0\;1\;1\;\;\;\;;
1 AutomaticKeywordGroup:Topics\;0\;keywords\;,\;>\;1\;\;\;\;;
1 SearchGroup:Recent\;0\;year>2020\;0\;0\;1\;\;\;\;;
2 StaticGroup:Inside a search\;0\;1\;\;\;\;;
}
"""


def read_paths(*fields: str, tree: str = TREE, key: str = "k") -> tuple[str, ...]:
    """The collections of an entry, with slashes."""
    entry = ",\n".join([f"@Misc{{{key}", "title = {A paper of some title}", *fields])
    _, rows = read_list(f"{entry}}}\n{tree}", "x.bib")
    (row,) = rows
    assert isinstance(row, ListedPaper)
    return tuple(each.replace("\n", "/") for each in row.collections)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("groups = {Thesis}", ("Thesis",)),
        ("groups = {Methods}", ("Thesis/Methods", "Talks", "Talks/Methods")),
        ("groups = {Only both}", ()),
        (
            "groups = {Methods, Only both}",
            ("Thesis/Methods", "Thesis/Methods/Only both", "Talks", "Talks/Methods"),
        ),
        ("groups = {Inside a search, Elsewhere}", ("Recent/Inside a search", "Elsewhere")),
        ("keywords = {Computer Vision, gan}", ("Vision",)),
        ("keywords = {GAN}", ("Exact",)),
        ("keywords = {Methods > Deep, flat}", ("Topics/Methods/Deep",)),
        ("year = {2021}", ()),
    ],
)
def test_an_entry_is_in_its_groups(field: str, expected: tuple[str, ...]) -> None:
    assert read_paths(field) == expected


def test_a_name_with_a_semicolon_is_one_name() -> None:
    tree = read_group_tree(TREE)
    assert tree.find_paths("k", {}, ["Odd; name"]) == ["Thesis\nOdd; name"]


@pytest.mark.parametrize("written", [r"Graphs, trees", r"Graphs\\\\, trees"])
def test_a_name_with_a_comma_is_one_name(written: str) -> None:
    """As JabRef writes it in the field, and with or without the backslash in the tree."""
    tree = f"@Comment{{jabref-meta: grouping:\n1 StaticGroup:{written}\\;0\\;1\\;\\;\\;\\;;\n}}"
    field = r"groups = {Graphs\, trees, Odd\; one, M\"uller, \}"
    assert read_paths(field, tree=tree) == ("Graphs, trees", "Odd; one", "Müller", "\\")


def test_old_files_list_keys_in_wrapped_lines() -> None:
    tree = r"""@comment{jabref-meta: groupstree:
0 AllEntriesGroup:;
1 ExplicitGroup:Thesis\;0\;k\;other\;;
2 ExplicitGroup:Long na
me\;0\;k\;;
1 ExplicitGroup:Talks\;0\;other\;;
}"""
    assert read_paths(tree=tree) == ("Thesis", "Thesis/Long name")
    assert read_paths(tree=tree, key="other") == ("Thesis", "Talks")


@pytest.mark.parametrize(
    "tree",
    [
        "@Comment{jabref-meta: grouping:",
        "@Comment{jabref-meta: grouping:}",
        "@Comment{jabref-meta: grouping:\n1 StaticGroup;\nnonsense;\n9 :;\n}",
        "@Comment{jabref-meta: grouping:\n1 UnknownGroup:Thesis\\;0\\;;\n}",
    ],
)
def test_what_is_no_tree_leaves_groups_flat(tree: str) -> None:
    assert read_paths("groups = {Thesis, Talks}", tree=tree) == ("Thesis", "Talks")


def test_a_name_with_one_brace_ends_at_the_last_line() -> None:
    tree = "@Comment{jabref-meta: grouping:\n1 StaticGroup:A {b\\;0\\;;\n2 StaticGroup:C\\;0\\;;\n}"
    assert read_group_tree(tree).find_paths("k", {}, ["C"])[0].endswith("\nC")


def test_a_large_tree_is_bounded() -> None:
    deep = "".join(f"{n} StaticGroup:G{n}\\;2\\;;\n" for n in range(1, 3 * MAX_GROUPS))
    tree = read_group_tree(f"@Comment{{jabref-meta: grouping:\n{deep}}}")
    (*_, path) = tree.find_paths("k", {}, [f"G{MAX_GROUPS}"])
    assert path.count("\n") == 9
    assert tree.find_paths("k", {}, [f"G{MAX_GROUPS + 9}"]) == [f"G{MAX_GROUPS + 9}"]


@given(st.text(alphabet="\\;:{}\n 0123StaicGroupKeywdAm,>x", max_size=200))
@settings(max_examples=200)
def test_any_tree_is_read(text: str) -> None:
    tree = read_group_tree(f"@Comment{{jabref-meta: grouping:{text}\n}}")
    assert tree.find_paths("k", {"x": "x"}, ["x"])
