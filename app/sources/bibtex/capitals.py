"""Which capitals of a title a style of BibTeX may make small.

Styles lower all letters of a title but the first, and the first after a colon.
Source: O. Patashnik, "Designing BibTeX Styles" (1988), `change.case$`.
"""

from __future__ import annotations

import re
import unicodedata

from app.text.tex import escape_tex, plain

# A word of TeX with what stands around it; a formula is no word, and holds its own spaces.
_PIECE = re.compile(
    r"(\$[^$]+\$|\\[(\[].*?\\[)\]]|\s+)|([(\[\"'“‘„«]*)(\S+?)([)\]\"'”’»,.:;!?]*)(?=\s|$)"
)
_PARTS = re.compile(r"[-–—/]")
_ENDS = re.compile(r"[:.!?]")
# Words that are written small also where others begin with a capital.
_MIN_LONG_CHARS = 4
_MIN_WORDS_IN_CAPITALS = 4
_ARTICLES = frozenset({"A", "I", "O"})
_SINGLE = re.compile(r"([A-Z])(\d+|\+\+|#)?")  # R, C++, L2
# Names after which methods and things are called, and their adjectives.
_NAME_WORDS = """
    Banach Bayes Bayesian Bernoulli Bessel Boltzmann Boolean Brownian Carlo Cauchy Chebyshev
    Dirac Dirichlet Einstein Euclidean Euler Fisher Fourier Frobenius Galois Gauss Gaussian Gibbs
    Hamiltonian Hilbert Hopfield Jacobi Jacobian Kalman Kullback Lagrange Lagrangian Langevin
    Laplace Laplacian Lebesgue Leibler Lipschitz Lyapunov Markov Markovian Monte Nash Newton
    Newtonian Poisson Ramsey Riemann Riemannian Schmidt Shannon Sobolev Taylor Turing Voronoi
    Wasserstein Wiener Wikipedia Python Linux Java English French German Spanish Chinese Japanese
    Arabic Europe European America American Africa African Asia Asian China India Japan
"""
_NAMES = frozenset(_NAME_WORDS.split())


def protect_capitals(title: str) -> str:
    """A title as TeX, with braces around words whose capitals mean something.

    Where words cannot be told apart safely, the whole title stands in braces.
    """
    tex = escape_tex(title)
    marked = _mark(tex)
    if marked == tex or not re.search(r"[\\$~`'{}]|--", tex):
        return marked
    # What is TeX may not be what it looks like.
    told = unicodedata.normalize("NFC", " ".join(title.split()))
    return marked if plain(marked) == told else f"{{{tex}}}"


def _mark(tex: str) -> str:
    words = [found[3] for found in _PIECE.finditer(tex) if found[3]]
    if len(words) >= _MIN_WORDS_IN_CAPITALS and tex.upper() == tex:
        return tex  # all of it is in capitals, which say nothing
    are_usual = _are_usual(words)
    written, at, begins = [], 0, True
    for found in _PIECE.finditer(tex):
        if found.start() != at:
            return f"{{{tex}}}"
        at = found.end()
        if not found[3]:
            written.append(found[0])
            begins = begins and found[0].isspace()
            continue
        is_meant = needs_braces(found[3], is_first=begins, are_usual=are_usual)
        written.append(f"{found[2]}{{{found[3]}}}{found[4]}" if is_meant else found[0])
        begins = bool(_ENDS.search(found[4]))
    return "".join(written) if at == len(tex) else f"{{{tex}}}"


def _are_usual(words: list[str]) -> bool:
    """Whether the words of a title begin with capitals, as in English headlines."""
    long = [word for word in words[1:] if len(word) >= _MIN_LONG_CHARS and word[0].isalpha()]
    return not long or sum(word[0].isupper() for word in long) * 2 > len(long)


def needs_braces(word: str, *, is_first: bool, are_usual: bool = True) -> bool:
    """Whether a word would lose something with its capitals.

    Args:
        is_first: whether it begins the title or its subtitle, where styles leave a capital.
        are_usual: whether a capital at the beginning of a word says nothing in this title.
    """
    return any(_loses(part, is_first, are_usual) for part in _PARTS.split(word))


def _loses(part: str, is_first: bool, are_usual: bool) -> bool:
    letters = [sign for sign in part if sign.isalpha()]
    if any(sign.isupper() for sign in letters[1:]):
        return True
    if not letters or not letters[0].isupper():
        return False
    if single := _SINGLE.fullmatch(part):
        return bool(single[2]) or (part not in _ARTICLES and not is_first)
    if not part[0].isalpha():
        return True
    return not is_first and (part in _NAMES or not are_usual)
