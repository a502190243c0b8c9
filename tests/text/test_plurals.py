"""Plurals and singulars, of search and similar papers alike."""

from __future__ import annotations

import pytest

from app.services.similar.telling_words import choose_telling_words
from app.text.plurals import singular, stem
from app.text.stop_words import COMMON_WORDS

PAIRS = """
viruses:virus matrices:matrix submatrices:submatrix analyses:analysis indices:index indexes:index
vertices:vertex simplices:simplex vortices:vortex appendices:appendix helices:helix
hypotheses:hypothesis theses:thesis syntheses:synthesis parentheses:parenthesis crises:crisis
diagnoses:diagnosis neuroses:neurosis metastases:metastasis axes:axis bases:base cheeses:cheese
lenses:lens biases:bias gases:gas aliases:alias atlases:atlas canvases:canvas irises:iris
statuses:status campuses:campus buses:bus bonuses:bonus focuses:focus censuses:census uses:use
reuses:reuse causes:cause clauses:clause houses:house excuses:excuse cases:case phases:phase
databases:database releases:release diseases:disease phrases:phrase responses:response
courses:course inverses:inverse pulses:pulse ellipses:ellipse synapses:synapse doses:dose
poses:pose purposes:purpose noises:noise premises:premise classes:class processes:process
losses:loss witnesses:witness caches:cache niches:niche matches:match batches:batch
branches:branch approaches:approach boxes:box prefixes:prefix taxes:tax complexes:complex
hashes:hash meshes:mesh sizes:size mazes:maze prizes:prize quizzes:quiz waltzes:waltz heroes:hero
echoes:echo potatoes:potato shoes:shoe toes:toe studies:study queries:query theories:theory
movies:movie cookies:cookie ties:tie halves:half leaves:leaf wolves:wolf curves:curve waves:wave
objectives:objective devices:device services:service lattices:lattice slices:slice
criteria:criterion phenomena:phenomenon automata:automaton corpora:corpus spectra:spectrum
maxima:maximum minima:minimum optima:optimum polyhedra:polyhedron nuclei:nucleus radii:radius
foci:focus stimuli:stimulus bacteria:bacterium formulae:formula lemmata:lemma mice:mouse
children:child women:woman networks:network transformers:transformer gans:gan gpus:gpu apis:api
menus:menu plateaus:plateau topics:topic metrics:metric heuristics:heuristic
"""
NO_PLURALS = """
bias news lens physics astrophysics mathematics statistics dynamics mechanics economics genomics
robotics semantics class process virus status corpus consensus analysis basis hypothesis axis
series species gas atlas canvas chaos alias bayes stokes kubernetes pandas diabetes data media
less across perhaps plus
"""


@pytest.mark.parametrize("pair", PAIRS.split())
def test_a_plural_has_its_singular(pair: str) -> None:
    many, one = pair.split(":")
    assert singular(many) == one
    assert singular(one) == one
    assert stem(many) == stem(one)  # so one finds the other


@pytest.mark.parametrize("word", NO_PLURALS.split())
def test_what_only_ends_so_stays(word: str) -> None:
    assert singular(word) == word


@pytest.mark.parametrize("word", ["xoches", "xoche", "xoxes", "xoxe", "xozes", "xoze"])
def test_a_plural_in_doubt_finds_both_singulars(word: str) -> None:
    """Whether an unknown word ends in an e, no rule can tell; the index does without it."""
    assert stem(word) == stem(word.removesuffix("s")) or stem(word) == stem(word[:-2])
    assert stem(f"{word.rstrip('es')}es") == stem(f"{word.rstrip('es')}e")


def test_similar_papers_have_the_same_singulars() -> None:
    title = "Viruses, matrices, analyses, lenses and indices of biases in physics"
    expected = ["virus", "matrix", "analysis", "lens", "index", "bias", "physics"]
    assert list(choose_telling_words(title)) == expected


def test_words_that_say_nothing_are_no_stumps() -> None:
    assert {"approach", "the", "paper"} <= COMMON_WORDS
    assert {"approache", "lens", "virus"}.isdisjoint(COMMON_WORDS)
