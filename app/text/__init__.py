"""Rules about words, names and lines of text, for every layer.

Pure: no session, no Flask, no clock, no network, no disk, and nothing of the program but itself.

- `folding`: letters as they are compared, to find things and to tell them apart
- `words`: the words of a text; `plurals`: their singulars; `stop_words`: those that say nothing
- `person_names`: given name, particle, family name, suffix; dblp's numbers of namesakes
- `lines`: white space and control characters
- `tex`: TeX as plain text
"""

from __future__ import annotations

# What the database stores in folded form is made with these rules. Raise it when one of them gives
# something else for any text: libraries are then brought up to date by
# `services.operation.refolding`.
TEXT_VERSION = 4
