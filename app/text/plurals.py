"""English plurals and their singulars; of search and of similar papers alike."""

from __future__ import annotations

from functools import lru_cache

from app.text.words import search_words

MIN_PLURAL_CHARS = 4  # letters of a plural that is taken for one: GPUs, GANs
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


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    """Plurals, or their endings, with the singular behind each."""
    return dict(pair.split(":") for pair in text.split())


# End in an s and are no plurals.
_KEPT = _words(
    """
    aids alas alias always anus archimedes aries asbestos athens atlas bayes besides bias brussels
    canvas caries chaos charles christmas cosmos dallas debias diabetes douglas ethos euripides gas
    gauss hans hercules hermes herpes hughes ides ios iris james jones kansas keras kubernetes
    kudos lens lucas macos mars means measles mercedes moses nautilus neurips news nicholas nips
    onus opus pancreas pandas pathos pelvis perhaps plus postgres rabies rhinoceros rubens sans
    scabies series socrates sometimes species stokes texas thales thomas thus towards trans trellis
    ulysses wales whereas williams yes zeus
    """
)
_FIELDS = _words(
    """
    acoustics aeronautics aesthetics analytics athletics bibliometrics biometrics combinatorics
    cryogenics cybernetics econometrics electronics esthetics ethics forensics genetics graphics
    gymnastics harmonics hydraulics kinetics linguistics logistics numerics obstetrics orthopedics
    paediatrics pediatrics phonetics photonics pneumatics politics pragmatics prosthetics
    psychometrics robotics scientometrics semantics systematics therapeutics
    """
)
_FIELD_ENDINGS = ("physics", "dynamics", "matics", "statistics", "mechanics", "optics", "omics")
# Plurals that no rule makes singular.
_IRREGULAR = _pairs(
    """
    addenda:addendum algae:alga alibis:alibi alumni:alumnus antennae:antenna apices:apex apis:api
    axes:axis bacilli:bacillus bacteria:bacterium bikinis:bikini cacti:cactus calves:calf
    children:child crises:crisis dioceses:diocese elves:elf emojis:emoji emphases:emphasis emus:emu
    equilibria:equilibrium errata:erratum feet:foot foci:focus formulae:formula fungi:fungus
    ganglia:ganglion geese:goose genera:genus gnus:gnu guis:gui gurus:guru gyri:gyrus haikus:haiku
    halves:half helices:helix hippocampi:hippocampus hooves:hoof kiwis:kiwi knives:knife
    larvae:larva leaves:leaf lemmata:lemma lice:louse lives:life loaves:loaf loci:locus
    memoranda:memorandum menus:menu mice:mouse mitochondria:mitochondrion moduli:modulus
    nebulae:nebula nuclei:nucleus oases:oasis oxen:ox phis:phi quanta:quantum quizzes:quiz
    rabbis:rabbi radices:radix radii:radius rois:roi safaris:safari scarves:scarf schemata:schema
    selves:self semis:semi sheaves:sheaf shelves:shelf skis:ski stigmata:stigma stimuli:stimulus
    strata:stratum sulci:sulcus syllabi:syllabus taxa:taxon taxis:taxi teeth:tooth thieves:thief
    tori:torus tsunamis:tsunami vertebrae:vertebra wikis:wiki wives:wife wolves:wolf women:woman
    womens:woman
    """
)
# What stands before an e that belongs to the singular, where most others have none.
_USE = _words(
    """
    abuse accuse amuse bemuse confuse contuse defuse diffuse disuse effuse excuse fuse hypotenuse
    infuse misuse muse overuse perfuse peruse recluse refuse reuse ruse suffuse transfuse use
    """
)
_CHE = _words(
    """
    ache apache attache avalanche brioche cache cartouche cliche creche douche headache heartache
    microfiche moustache mustache niche panache pastiche psyche quiche tranche
    """
)
_OE = _words("aloe canoe doe floe foe hoe horseshoe mistletoe oboe roe shoe tiptoe toe woe")
_IE = _words(
    """
    birdie bookie brownie caddie calorie collie cookie cutie eerie foodie freebie genie goalie
    hippie lassie magpie menagerie movie necktie newbie pixie prairie reverie rookie selfie
    smoothie sortie sweetie talkie underlie untie zombie
    """
)
# How a plural ends, and its singular: also of "submatrices" and "microanalyses".
_ENDINGS = _pairs(
    """
    trices:trix indices:index appendices:appendix codices:codex rtices:rtex plices:plex
    hedra:hedron spectra:spectrum automata:automaton corpora:corpus criteria:criterion
    phenomena:phenomenon maxima:maximum minima:minimum optima:optimum extrema:extremum yses:ysis
    eeses:eese eses:esis stases:stasis gnoses:gnosis eroses:erosis croses:crosis broses:brosis
    mboses:mbosis ptoses:ptosis uroses:urosis ychoses:ychosis rrhoses:rrhosis itoses:itosis
    eaus:eau auses:ause ouses:ouse sses:ss zzes:zz tzes:tz xes:x shes:sh
    """
)
_LENGTHS = sorted(set(map(len, _ENDINGS)), reverse=True)
_DOUBTFUL = ("ches", "oes", "uses")


@lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """The singular of a folded word: `virus` of `viruses`.

    What is no plural stays as it is.

    Rules and lists of exceptions, for English only; a singular is its own singular.
    """
    if len(word) < MIN_PLURAL_CHARS or not word.isascii():
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word[-1] not in "sa":
        return word
    for length in _LENGTHS:
        if (instead := _ENDINGS.get(word[-length:])) is not None:
            return word[:-length] + instead
    if word[-1] != "s" or _is_no_plural(word):
        return word
    if word[:-2] in _KEPT:  # biases, lenses
        return word[:-2]
    if word.endswith("ies"):
        return word[:-1] if len(word) == MIN_PLURAL_CHARS or word[:-1] in _IE else word[:-3] + "y"
    if word.endswith(_DOUBTFUL):
        return word[:-1] if word[:-1] in (_USE | _CHE | _OE) else word[:-2]
    return word[:-1]


def _is_no_plural(word: str) -> bool:
    if word in _KEPT or word in _FIELDS or word.endswith(("ss", "is", *_FIELD_ENDINGS)):
        return True
    return word.endswith("us") and len(word) > len("gpus")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What the index has of a folded word.

    The singular without an e that plurals leave in doubt.

    So `cache` and `caches` are the same also for a word that no list here has: both are `cach`.
    """
    if len(word) < MIN_PLURAL_CHARS or not word.isascii():
        return GREEK.get(word, word)
    base = singular(word)
    if len(base) < MIN_PLURAL_CHARS:
        return base
    if base.endswith("ie"):
        return base[:-2] + "y"
    if base.endswith(("se", "xe", "ze", "che", "she", "oe")):
        return base[:-1]
    return base


# Those that share with their plural less than all letters but two.
UNLIKE_PLURAL = frozenset(
    stem(one) for many, one in _IRREGULAR.items() if not many.startswith(stem(one)[:-2])
)


def stems(text: str) -> list[str]:
    """What a text is found by, as the index has it: in the singular."""
    return [stem(word) for word in search_words(text)]
