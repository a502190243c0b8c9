"""Words that stand in any text about any paper.

So they say nothing of this one.
"""

from __future__ import annotations

_WORDS = """
    able about above achieve across actual additional after again against all allow almost alone
    along already also although always among amount and another any appear applied apply approach
    are around article ask author available away based because become been before begin
    behind being best better between big both bring but call called came can cannot case certain
    change choose claim clear come common compare compared comparison complete consider contain
    contribution could current deal demonstrate describe described detail did different difficult
    directly discuss does doing done down due during each early easy effect either else end enough
    especially et etc even every everything exactly example except existing expect experiment
    explain extend extra fact far few figure final finally find fine first five fix follow
    following for form found four from full further gave general get give given good got great had
    half hand happen hard has have having help hence her here high higher his hold how however idea
    important improve improved improvement include including increase inside instead interesting
    into introduce issue its itself just keep key kind know known lack large larger last late later
    lead learn least leave led less let level like likely limit limited line list little long look
    lot low lower made main major make many matter may mean measure method might more most much
    must name near need neither never new next nine nor not note nothing novel now number obtain
    obtained off often old once one only open order original other our out outside over overall own
    page paper part particular people per perform performance perhaps place point possible practice
    present presented problem produce proper propose proposed prove provide purpose put question
    quite rather read reader real really reason recent reduce related remain report require
    required research result right run said same saw say second section see seem seen set several
    shall she short should show shown side similar simple simply since single six size small
    solution solve some something sometime somewhat soon start state step still strong study such
    suggest summary sure table take taken tell ten term test than that the their them then there
    therefore these they thing think third this those though three through thus time together too
    took toward towards tried true try turn two type typical under understand unless until upon use
    used useful user using usual usually value various very via want was way weak well went were
    what when where whether which while who whole whose why wide will with within without word work
    worse would write written wrong year yet you your zero
"""
COMMON_WORDS = frozenset(_WORDS.split())
# Shorter ones, which only questions have to be told from.
_SHORT = """
    a am an as at be by do he i if in is it me my no of on or so to up us vs we
"""
SHORT_WORDS = frozenset(_SHORT.split())


def is_common(word: str) -> bool:
    """Whether a folded word stands in any text, or in any question."""
    return word in COMMON_WORDS or word in SHORT_WORDS
