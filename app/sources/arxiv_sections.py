"""In which of our sections a paper belongs by its arXiv category.

The archives are those of https://arxiv.org/category_taxonomy, and before them those that
https://arxiv.org/archive lists as subsumed. What is of mathematics, economics or finance is in no
section of ours, which are ShortScience's three.
"""

from __future__ import annotations

from app.sources.record import NO_SECTION

_ARCHIVES = {
    # Signals, images and speech are where computer scientists look for them.
    "cs": ("cs", "eess", "cmp-lg"),
    "bio": ("q-bio",),
    "phys": (
        *("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph"),
        *("nlin", "nucl-ex", "nucl-th", "physics", "quant-ph"),
        *("acc-phys", "adap-org", "ao-sci", "atom-ph", "bayes-an", "chao-dyn", "chem-ph"),
        *("comp-gas", "mtrl-th", "patt-sol", "plasm-ph", "solv-int", "supr-con"),
    ),
    NO_SECTION: (*("econ", "math", "q-fin", "stat", "alg-geom", "dg-ga", "funct-an", "q-alg"),),
}
_SECTIONS = {archive: slug for slug, archives in _ARCHIVES.items() for archive in archives}
# Categories that belong elsewhere than the rest of their archive.
_SECTIONS |= {"stat.ml": "cs", "math.it": "cs", "math.mp": "phys"}


def section_of_category(category: str) -> str:
    """The section of a primary category: `cs.CV` is `cs`, `q-bio.NC` `bio`, `hep-th` `phys`.

    Returns:
        The slug of a section; `NO_SECTION` for a category that is in none; empty for one that is
        not known.
    """
    category = category.strip().lower()
    return _SECTIONS.get(category) or _SECTIONS.get(category.partition(".")[0], "")


def section_of_arxiv_id(arxiv_id: str) -> str:
    """The section of an identifier that names its archive, as those before April 2007 do.

    `hep-th/9901001` is `phys`; `1506.01497` does not say, and is empty.
    """
    archive, slash, _ = arxiv_id.partition("/")
    return section_of_category(archive) if slash else ""
