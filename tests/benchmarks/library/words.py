"""Words, names and venues that look real and are made up here; the frequent come first."""

from __future__ import annotations

import random
from functools import cache
from itertools import accumulate

VOCABULARY = 30_000


def _each(text: str) -> tuple[str, ...]:
    return tuple(text.split())


KNOWN = _each("""
learning network model data neural deep method system analysis algorithm based image using detection
optimal graph language distributed efficient dynamic stochastic inference estimation classification
recognition segmentation adaptive robust representation attention training search optimization
prediction control wireless memory parallel large scale semantic visual generation translation
transfer policy reward agent game equilibrium mechanism auction privacy security encryption
protocol cloud storage cache query index database transaction consistency replication failure
program verification type logic proof complexity bound approximation random sampling kernel
gaussian process bayesian variational latent embedding transformer convolution recurrent residual
gradient descent convergence regularization sparse tensor matrix factorization spectral clustering
dimension reduction manifold metric similarity retrieval ranking recommendation user interface
interaction mobile sensor robot planning navigation localization mapping tracking motion video
speech audio text document entity relation knowledge ontology reasoning question answering dialogue
summarization parsing syntax grammar word sentence corpus evaluation benchmark dataset survey
empirical study software testing debugging compiler architecture processor hardware accelerator
quantum circuit error correction code channel capacity compression signal filter fourier wavelet
geometry mesh rendering texture shape surface reconstruction pose face medical brain cancer protein
gene molecule material climate energy traffic vehicle social economic online stream temporal spatial
multi cross self weakly supervised unsupervised few shot zero domain generalization adversarial
example attack defense explanation fairness causal discovery intervention uncertainty calibration
""")
SMALL = ("for", "of", "with", "in", "and", "via", "from", "under", "without", "towards")
_STARTS = _each("b br c ch d dr f g gl h k l m n p pr qu r s st t th tr v w z")
_CORES = _each("a e i o u ai ea ee io ou")
_ENDS = _each("c d l m n r s t x nd rm st ble ric tion ty")

FIRST = _each("""
Wei Li Anna Maria David Michael Jing Yang Daniel Thomas Ming Elena Peter Laura Jan Ana Carlos Sofia
Ahmed Fatima Hiroshi Yuki Kenji Priya Rahul Arjun Ivan Olga Dmitry Marta Pavel Eva Lukas Julia Simon
Clara Paul Emma Hugo Alice Louis Marie Antoine Camille Giulia Marco Luca Chiara Erik Ingrid Lars
Nina
Min-Jun Seo-Yeon Ji-Woo Thi Minh Nguyet Chidi Amara Kwame Zanele Noor Leila Reza Yusuf Elif Mehmet
Grace James Robert Linda Susan Karen Brian Kevin Rachel Samuel Hannah Benjamin Xiao Hui Lei Fang
Jürgen Zoë Søren Łukasz José Mónica Renée Björn
""")
LAST = _each("""
Wang Li Zhang Chen Liu Yang Huang Zhao Wu Zhou Kim Lee Park Choi Nguyen Tran Singh Kumar Sharma
Gupta
Smith Johnson Brown Miller Davis Garcia Martinez Rodriguez Lopez Silva Santos Costa Müller Schmidt
Schneider Fischer Weber Wagner Becker Hoffmann Rossi Russo Ferrari Bianchi Dubois Moreau Laurent
Bernard Petit Janssen Visser Bakker Jensen Hansen Andersen Johansson Lindqvist Virtanen Korhonen
Novak Horvat Kowalski Nowak Ivanov Petrov Volkov Tanaka Sato Suzuki Watanabe Yamamoto Haddad Rahimi
Hosseini Yılmaz Demir Okafor Mensah Dlamini Abebe Cohen Levy Mizrahi Papadopoulos Economou Popescu
Kovács Nagy Murphy Byrne Walsh Campbell Stewart Robertson Evans Hughes Morgan Baker Carter Turner
Hill Green Adams Nelson Young Allen Scott Wright Torres Rivera Flores Castro Vargas Rojas Mendoza
""")
FIELDS = _each("""
Learning Vision Language Graphics Networks Databases Security Robotics Algorithms Logic Programming
Software Architecture Statistics Optimization Bioinformatics Speech Retrieval Interaction
Verification
Storage Computing Mobility Games Complexity Geometry Cryptography Signals Control Agents
""")
ADJECTIVES = _each("""
Advanced Applied Intelligent Neural Distributed Parallel Formal Computational Mobile Secure Embedded
Scalable Adaptive Symbolic Statistical Visual Social Quantum Autonomous Human-Centred
""")


@cache
def vocabulary() -> tuple[str, ...]:
    """`VOCABULARY` words, the most frequent first: real ones, then others that can be said."""
    chance = random.Random("vocabulary")
    found = dict.fromkeys(KNOWN)
    while len(found) < VOCABULARY:
        syllables = chance.choices((1, 2, 3), (1, 6, 4))[0]
        word = "".join(chance.choice(_STARTS) + chance.choice(_CORES) for _ in range(syllables))
        found[word + chance.choice(_ENDS)] = None
    return tuple(found)


@cache
def zipf(count: int, exponent: float = 1.0, offset: float = 2.7) -> tuple[float, ...]:
    """Added-up weights of `count` things by Zipf and Mandelbrot, for `random.choices`."""
    return tuple(accumulate(1 / (rank + offset) ** exponent for rank in range(count)))


def words(chance: random.Random, count: int) -> list[str]:
    """So many words, each as often as it is in a language."""
    return chance.choices(vocabulary(), cum_weights=zipf(VOCABULARY), k=count)


def person(number: int) -> tuple[str, str]:
    """First names and surname of the person of this number; no two are alike."""
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    again = number // (len(FIRST) * len(LAST))
    middle = []
    while again:
        again, letter = divmod(again - 1, 26)
        middle.append(chr(65 + letter) + ".")
    return " ".join([first, *middle]), last


def skewed(chance: random.Random, count: int, power: float) -> int:
    """A number below `count`; small ones are more frequent, the more so the higher the power."""
    return int(count * chance.random() ** power)
