"""From text to search words: the same folding for every engine, for rows and for queries."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_WORD = 64
# Chinese, Japanese and Korean are written without spaces: each sign is a word of its own.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Small figures are words of their own, so that `x²` and `x^2` are the same.
_SMALL_FIGURES = re.compile(r"([²³¹⁰⁴-⁹₀-₉]+)")
# A word with such in it is also one as a whole, so that `H2O` finds `H₂O`.
_FIGURED = re.compile(r"[^\W_]*[²³¹⁰⁴-⁹₀-₉][^\W_]*")
# A Greek letter alone is a formula's, and is found by its name in LaTeX: `β` as `\beta`.
GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        (
            *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"),
            *("kappa", "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau"),
            *("upsilon", "phi", "chi", "psi", "omega"),
        ),
        strict=True,
    )
)
# End in an s and are no plurals; or plurals that no rule makes singular.
_KEPT = frozenset(
    ("alias", "always", "atlas", "bias", "canvas", "chaos", "gas", "lens", "news", "pandas")
)
_SINGULAR = {
    "appendices": "appendix",
    "automata": "automaton",
    "axes": "axis",
    "corpora": "corpus",
    "crises": "crisis",
    "criteria": "criterion",
    "indices": "index",
    "matrices": "matrix",
    "minima": "minimum",
    "maxima": "maximum",
    "optima": "optimum",
    "phenomena": "phenomenon",
    "simplices": "simplex",
    "spectra": "spectrum",
    "vertices": "vertex",
    "vortices": "vortex",
}
_SHORTEST_PLURAL = 4


def fold(text: str) -> str:
    """Lower case, without accents and width variants: `É` becomes `e`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def indexable(*texts: str) -> str:
    """The words of some texts, folded and joined by spaces: how titles are compared."""
    found: list[str] = []
    for text in texts:
        found += (word[:MAX_WORD] for word in WORD.findall(_composed(text)))
    return " ".join(found)


def words(text: str) -> list[str]:
    """The words of a text, folded, in order: as `did you mean` and suggestions show them."""
    if text.isascii():
        return [word[:MAX_WORD] for word in _ASCII_WORD.findall(text.lower())]
    parted = _SMALL_FIGURES.sub(r" \1 ", text)
    return [word[:MAX_WORD] for word in WORD.findall(_composed(parted))]


def figured(text: str) -> list[str]:
    """The words of a text with small figures in them, in plain ones: `h2o` of `H₂O`."""
    if text.isascii():
        return []
    whole = [_composed(match[0])[:MAX_WORD] for match in _FIGURED.finditer(text)]
    return [word for word in whole if WORD.fullmatch(word) and not word.isdecimal()]


def searched(text: str) -> list[str]:
    """The words by which a text is found: in order, and behind them those with small figures."""
    return words(text) + figured(text)


def stems(text: str) -> list[str]:
    """What a text is found by, as the index has it: in the singular."""
    return [stem(word) for word in searched(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A folded word without its plural ending: `networks` and `network` become the same.

    English plurals only, after the idea of Harman's "S" stemmer ("How effective is suffixing?",
    1991), but in a form that singulars are brought to as well: `cache` and `caches` become `cach`.
    What ends in `ss`, `us` and `is` (class, corpus, analysis) is no plural.
    """
    if len(word) < _SHORTEST_PLURAL or not word.isascii():
        return GREEK.get(word, word)
    if word in _KEPT or word.endswith("ss"):
        return word
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word.endswith(("yses", "heses")):  # analyses, hypotheses
        return word[:-2] + "is"
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("is") or (word.endswith("us") and len(word) > len("gpus")):
        return word
    base = word[:-1] if word.endswith("s") else word
    if base.endswith("ie"):
        return base[:-2] + "y"
    if base.endswith(("se", "xe", "ze", "che", "she", "oe")):
        return base[:-1]
    return base


def _composed(text: str) -> str:
    # Composed again, since Korean syllables were taken apart by the folding.
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", fold(text))
