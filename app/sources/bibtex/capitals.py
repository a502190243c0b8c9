"""Capitals in titles that a style would make small, and that must not be.

BibTeX's styles write a title in small letters but for its first letter and the first one after a
colon, and leave what stands in braces. So braces are needed around words with capitals within
(`ImageNet`), abbreviations (`BERT`), single letters (`C++`), formulas, and names.
"""

from __future__ import annotations

import re

from app.sources.bibtex.positions import TextEdit
from app.sources.bibtex.values import FieldSpan

_TOKEN = re.compile(
    r"\\[A-Za-z]+\s?|\\.|[{}]|(?<!\\)\$[^$]*\$|[^\W\d_]+(?:\d+[^\W\d_]+)*[\d+#]*", re.DOTALL
)
_SINGLE = re.compile(r"[B-HJ-Z](?:\d+|\+\+|#)?|A(?:\d+|\+\+|#)")
# Names after which methods and things are called, and their adjectives.
_NAMES_WORDS = """
    Banach Bayes Bayesian Bernoulli Bessel Boltzmann Boolean Brownian Carlo Cauchy Chebyshev
    Dirac Dirichlet Einstein Euclidean Euler Fisher Fourier Frobenius Galois Gauss Gaussian Gibbs
    Hamiltonian Hilbert Hopfield Jacobi Jacobian Kalman Kullback Lagrange Lagrangian Langevin
    Laplace Laplacian Lebesgue Leibler Lipschitz Lyapunov Markov Markovian Monte Nash Newton
    Newtonian Poisson Ramsey Riemann Riemannian Schmidt Shannon Sobolev Taylor Turing Voronoi
    Wasserstein Wiener Wikipedia Python Linux Java English French German Spanish Chinese Japanese
    Arabic Europe European America American Africa African Asia Asian China India Japan
"""
_NAMES = frozenset(_NAMES_WORDS.split())


def protect_capitals(text: str, span: FieldSpan) -> list[TextEdit]:
    """Braces around what needs them in the title that stands there; none in doubt.

    A title that is written in capitals does not tell which of them matter.
    """
    value = text[span.value_at : span.end]
    if value[:1] not in '{"' or value[-1:] not in '}"' or len(value) < 3:
        return []  # a string, or pieces of strings
    inside = value[1:-1]
    words = [found for found in _TOKEN.finditer(inside) if found[0][0].isalpha()]
    loud = [found for found in words if len(found[0]) > 1 and found[0].isupper()]
    if 2 * len(loud) > len(words) and len(words) > 1:
        return []
    edits, depth = [], 0
    for found in _TOKEN.finditer(inside):
        piece = found[0]
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth -= 1
        elif depth == 0 and _needs_braces(piece, is_first=_is_first(inside, found.start())):
            start = span.value_at + 1 + found.start()
            edits.append(TextEdit(start, start + len(piece), f"{{{piece}}}"))
    return edits if depth == 0 else []


def _needs_braces(piece: str, *, is_first: bool) -> bool:
    if piece[0] == "$":
        return any(sign.isupper() for sign in re.sub(r"\\[A-Za-z]+", "", piece))
    if not piece[0].isalpha():
        return False
    if _SINGLE.fullmatch(piece):
        return not is_first or len(piece) > 1
    if any(sign.isupper() for sign in piece[1:]):
        return True
    return piece in _NAMES and not is_first


def _is_first(title: str, at: int) -> bool:
    """Whether a word begins the title or its subtitle, where a style leaves the capital."""
    return re.search(r"(?:^|:\s+)[^\w\s:]*$", title[:at]) is not None
