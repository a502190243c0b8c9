"""Records as dblp's file has them, and files of such."""

from __future__ import annotations

from pathlib import Path

HEAD = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE dblp SYSTEM "dblp.dtd">\n<dblp>\n'
TITLE = "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks."
AUTHORS = ("Shaoqing Ren", "Kaiming He", "Ross B. Girshick", "Jian Sun")
LSTM = """
<article mdate="2024-05-10" key="journals/neco/HochreiterS97">
<author>Sepp Hochreiter</author><author>J&uuml;rgen Schmidhuber</author>
<title>Long Short-Term Memory.</title>
<pages>1735-1780</pages><year>1997</year><volume>9</volume><journal>Neural Comput.</journal>
<number>8</number><ee>https://doi.org/10.1162/neco.1997.9.8.1735</ee>
<url>db/journals/neco/neco9.html#HochreiterS97</url>
</article>
"""


def names(*authors: str) -> str:
    return "".join(f"<author>{name}</author>" for name in authors)


def conference(
    key: str = "conf/nips/RenHGS15",
    title: str = TITLE,
    authors: tuple[str, ...] = AUTHORS,
    year: int = 2015,
    more: str = "<pages>91-99</pages>",
) -> str:
    """Faster R-CNN at NIPS, or something else of that shape."""
    return (
        f'<inproceedings mdate="2020-03-06" key="{key}">{names(*authors)}<title>{title}</title>'
        f"<year>{year}</year><booktitle>NIPS</booktitle>{more}</inproceedings>\n"
    )


def preprint(
    key: str = "journals/corr/RenHG015",
    arxiv: str = "1506.01497",
    title: str = TITLE,
    authors: tuple[str, ...] = AUTHORS,
    year: int = 2015,
    more: str = "",
) -> str:
    """The same at arXiv."""
    return (
        f'<article mdate="2019-04-17" key="{key}" publtype="informal">{names(*authors)}'
        f"<title>{title}</title><year>{year}</year><volume>abs/{arxiv}</volume>"
        f"<journal>CoRR</journal>{more}</article>\n"
    )


def journal(year: int = 2017) -> str:
    """The extended version in a journal."""
    return (
        f'<article mdate="2017-05-24" key="journals/pami/RenHG017">{names(*AUTHORS)}'
        f"<title>{TITLE}</title><pages>1137-1149</pages><year>{year}</year><volume>39</volume>"
        "<journal>IEEE Trans. Pattern Anal. Mach. Intell.</journal><number>6</number>"
        "<ee>https://doi.org/10.1109/TPAMI.2016.2577031</ee></article>\n"
    )


def person(key: str, *called: str, more: str = "") -> str:
    """A made-up person's page."""
    return f'<www key="homepages/{key}">{names(*called)}<title>Home Page</title>{more}</www>\n'


def dump(folder: Path, *records: str, name: str = "dblp.xml") -> Path:
    """A file of some records."""
    path = folder / name
    path.write_text(HEAD + "".join(records) + "</dblp>\n", encoding="iso-8859-1")
    return path
