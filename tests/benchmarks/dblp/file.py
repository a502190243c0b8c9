"""Writes a file of dblp's shape: the same for the same size, with made-up names and words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

HEAD = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    '<!DOCTYPE dblp SYSTEM "dblp-2026-11-01.dtd">\n<dblp>\n'
)
VOCABULARY = 30_000
VENUES = 600
PERSONS = 120_000
FIRST = [
    *("Ana", "Bo", "Chen", "David", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jun", "Kofi"),
    *("Lena", "Mar&iacute;a", "Nils", "Olga"),
]
MIDDLE = ["", "", "", " A.", " B.", " J.", " M."]
SYLLABLES = [
    *("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu"),
    *("xa", "ye", "zo", "lin", "mar", "sen", "der", "ton", "berg"),
]
SMALL = ["for", "of", "and", "with", "in", "a", "the", "on"]


def write(path: Path, size: int, seed: int = 1) -> int:
    """Write about `size` bytes; returns the number of records."""
    count = written = 0
    with path.open("w", encoding="iso-8859-1") as file:
        written += file.write(HEAD)
        for record in records(seed):
            written += file.write(record)
            count += 1
            if written >= size:
                break
        file.write("</dblp>\n")
    return count


def records(seed: int) -> Iterator[str]:
    """Records without end: works, and after every third one the record of a person."""
    chance = random.Random(seed)
    words = sorted({_word(chance) for _ in range(VOCABULARY)})
    chance.shuffle(words)
    word_weights = list(accumulate(1 / (place + 3) for place in range(len(words))))
    person_weights = list(accumulate(1 / (place + 20) ** 0.7 for place in range(PERSONS)))
    persons = [_name(chance, number) for number in range(PERSONS)]
    number = 0
    while True:
        picked = chance.choices(range(PERSONS), cum_weights=person_weights, k=chance.randint(1, 5))
        names = [persons[each] for each in dict.fromkeys(picked)]
        chosen = chance.choices(words, cum_weights=word_weights, k=chance.randint(4, 11))
        if len(chosen) > 6:
            chosen[3] = chance.choice(SMALL)
        title = " ".join(chosen).capitalize()
        if chance.random() < 0.02:
            title = title.replace(" ", " <i>k</i>-", 1)
        year = 2025 - int(chance.paretovariate(1.2)) % 40
        kind = chance.random()
        if kind < 0.12:
            yield _preprint(number, names, title, year)
            if kind < 0.04:  # the same work, as it was given at a conference later
                yield _talk(chance, number, names, title, year + 1)
        elif kind < 0.45:
            yield _article(chance, number, names, title, year)
        else:
            yield _talk(chance, number, names, title, year)
        number += 1
        if number % 3 == 0:
            yield _person(chance, number // 3, persons)


def _talk(chance: random.Random, number: int, names: list[str], title: str, year: int) -> str:
    venue = int(chance.paretovariate(0.8)) % VENUES
    first = chance.randint(1, 900)
    return (
        f'<inproceedings key="conf/v{venue}/X{number}" mdate="2025-0{number % 9 + 1}-17">\n'
        f"{_authors(names)}<title>{title}.</title>\n<pages>{first}-{first + 9}</pages>\n"
        f"<year>{year}</year>\n<booktitle>V{venue}</booktitle>\n"
        f"<ee>https://doi.org/10.1109/V{venue}.{year}.{number}</ee>\n"
        f"<crossref>conf/v{venue}/{year}</crossref>\n"
        f"<url>db/conf/v{venue}/v{venue}{year}.html#X{number}</url>\n</inproceedings>\n"
    )


def _article(chance: random.Random, number: int, names: list[str], title: str, year: int) -> str:
    venue = int(chance.paretovariate(0.8)) % VENUES
    first = chance.randint(1, 900)
    return (
        f'<article key="journals/j{venue}/X{number}" mdate="2024-0{number % 9 + 1}-05">\n'
        f"{_authors(names)}<title>{title}.</title>\n<pages>{first}-{first + 20}</pages>\n"
        f"<year>{year}</year>\n<volume>{year - 1980}</volume>\n<journal>J. V{venue}</journal>\n"
        f"<number>{number % 12 + 1}</number>\n"
        f"<ee>https://doi.org/10.1016/J.V{venue}.{number}</ee>\n"
        f"<url>db/journals/j{venue}/j{venue}{year - 1980}.html#X{number}</url>\n</article>\n"
    )


def _preprint(number: int, names: list[str], title: str, year: int) -> str:
    arxiv = f"{10 + number // 1_000_000:02}{number // 90_000 % 12 + 1:02}.{number % 90_000 + 1:05}"
    return (
        f'<article publtype="informal" key="journals/corr/abs-{arxiv.replace(".", "-")}"'
        f' mdate="2023-0{number % 9 + 1}-13">\n{_authors(names)}<title>{title}.</title>\n'
        f"<year>{year}</year>\n<volume>abs/{arxiv}</volume>\n<journal>CoRR</journal>\n"
        f'<ee type="oa">https://doi.org/10.48550/arXiv.{arxiv}</ee>\n'
        f"<url>db/journals/corr/corr{year % 100:02}.html#abs-{arxiv}</url>\n</article>\n"
    )


def _person(chance: random.Random, number: int, persons: list[str]) -> str:
    name = persons[number % PERSONS]
    names = [name] if number % 9 else [name, f"{name} Jr."]
    variants = "".join(f"<author>{each}</author>" for each in names)
    orcid = ""
    if number % 4 == 0:
        orcid = f"<url>https://orcid.org/{_orcid(chance)}</url>"
    return (
        f'<www key="homepages/{number % 400}/{number}" mdate="2022-0{number % 9 + 1}-02">'
        f"{variants}<title>Home Page</title>{orcid}</www>\n"
    )


def _authors(names: list[str]) -> str:
    return "".join(f"<author>{name}</author>\n" for name in names)


def _name(chance: random.Random, number: int) -> str:
    surname = "".join(chance.choices(SYLLABLES, k=3)).capitalize()
    namesake = f" {number % 90 + 1:04}" if number % 12 == 0 else ""
    return f"{chance.choice(FIRST)}{chance.choice(MIDDLE)} {surname}{namesake}"


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(1, 4)))


def _orcid(chance: random.Random) -> str:
    digits = f"{chance.randrange(10**11):015}"
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    sign = "0123456789X"[(12 - total % 11) % 11]
    whole = digits + sign
    return "-".join(whole[start : start + 4] for start in range(0, 16, 4))
