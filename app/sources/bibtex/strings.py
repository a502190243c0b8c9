"""What strings stand for in BibTeX files that do not define them.

Months, the journals that BibTeX's own styles know (`plain.bst`), and those of astronomers.
"""

from __future__ import annotations

from app.sources.bibtex.journals import JOURNALS
from app.sources.months import MACROS, MONTHS

_JOURNALS = {
    "acmcs": "ACM Computing Surveys",
    "acta": "Acta Informatica",
    "cacm": "Communications of the ACM",
    "ibmjrd": "IBM Journal of Research and Development",
    "ibmsj": "IBM Systems Journal",
    "ieeese": "IEEE Transactions on Software Engineering",
    "ieeetc": "IEEE Transactions on Computers",
    "ieeetcad": "IEEE Transactions on Computer-Aided Design of Integrated Circuits",
    "ipl": "Information Processing Letters",
    "jacm": "Journal of the ACM",
    "jcss": "Journal of Computer and System Sciences",
    "scp": "Science of Computer Programming",
    "sicomp": "SIAM Journal on Computing",
    "tcs": "Theoretical Computer Science",
    "tocs": "ACM Transactions on Computer Systems",
    "tods": "ACM Transactions on Database Systems",
    "tog": "ACM Transactions on Graphics",
    "toms": "ACM Transactions on Mathematical Software",
    "toois": "ACM Transactions on Office Information Systems",
    "toplas": "ACM Transactions on Programming Languages and Systems",
}
# Where a word that stands for nothing is no fact, but the name of a string that is missing.
_NAMING_WORDS = """
    journal journaltitle booktitle publisher series school institution organization address
    location editor
"""
NAMING = frozenset(_NAMING_WORDS.split())


def known_strings() -> dict[str, str]:
    """The strings that every file may use, by their names in lower case."""
    return {**JOURNALS, **_JOURNALS, **dict(zip(MACROS, MONTHS, strict=True))}
