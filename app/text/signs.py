"""Signs that were read in a wrong encoding, where it is certain what they were.

Windows-1252 read as Latin-1 leaves control characters (`U+0097` for a dash); UTF-8 read as
Windows-1252 leaves two or three signs for one (`Ã©` for `é`). The tables are Python's own codecs.
"""

from __future__ import annotations

import re

_CONTROLS = {
    code: sign for code in range(0x80, 0xA0) if (sign := bytes([code]).decode("cp1252", "ignore"))
}
# What a byte is taken for: as Windows-1252 has it, or Latin-1 where that has nothing.
_BYTES = {_CONTROLS.get(code, chr(code)): code for code in range(0x80, 0x100)} | {
    chr(code): code for code in range(0x80, 0x100)
}


def _class(first: int, last: int) -> str:
    return "[" + "".join(re.escape(s) for s, code in _BYTES.items() if first <= code <= last) + "]"


_NEXT = _class(0x80, 0xBF)
_SEQUENCE = (
    f"(?:{_class(0xC2, 0xDF)}{_NEXT}|{_class(0xE0, 0xEF)}{_NEXT}{{2}}"
    f"|{_class(0xF0, 0xF4)}{_NEXT}{{3}})"
)
_RUN = re.compile(f"{_SEQUENCE}+")
# `Ã–zkan`, `PaweÅ‚`: no dash follows the first letter of a word, no capital a small letter.
_IN_WORD = re.compile(rf"(?<!\w)[ÂÃ]{_NEXT}(?=[a-z])|(?<=[a-z])[ÂÃÄÅ]{_NEXT}")
# Stand behind a letter in texts that are right: `„Ä“`, `«CAFÉ»…`.
_PUNCTUATION = frozenset("“”‘’‚„‹›«»–—…•·™\xa0")


def mend_signs(text: str) -> str:
    """A text with the signs that its writer meant."""
    if text.isascii():
        return text
    # Where one is certain, the others were read in the same way.
    if any(map(_is_certain, _RUN.findall(text))) or _IN_WORD.search(text):
        text = _RUN.sub(lambda found: _reread_latin(found[0]), text)
    return text.translate(_CONTROLS)


def part_runs(tex: str) -> str:
    """TeX with empty groups in runs of signs that `mend_signs` would take for others.

    Who wrote them meant them: they were kept as they are.
    """
    return tex if mend_signs(tex) == tex else _RUN.sub(lambda found: "{}".join(found[0]), tex)


def _is_certain(signs: str) -> bool:
    """Whether a run of signs cannot be meant as it stands.

    A letter before punctuation is the end of a word, and letters may follow each other.
    """
    read = _reread(signs)
    further = [sign for sign in signs if _BYTES[sign] < 0xC0]
    if read == signs or _PUNCTUATION.issuperset(further):
        return False
    if len(read) > 1 or signs[0] in "ÂÃ":
        return True
    symbols = any(sign not in _PUNCTUATION and not sign.isalpha() for sign in further)
    return symbols and (len(signs) > 2 or read < "\u0180" or "\u0370" <= read < "\u0400")


def _reread_latin(signs: str) -> str:
    """As `_reread`, where that is certain, a letter of Europe or punctuation."""
    read = _reread(signs)
    return read if read < "\u0250" or "\u2000" <= read < "\u2100" or _is_certain(signs) else signs


def _reread(signs: str) -> str:
    """What a run of signs is in UTF-8; itself where it is nothing there."""
    try:
        read = bytes(_BYTES[sign] for sign in signs).decode()
    except UnicodeDecodeError:
        return signs
    return read if read.isprintable() or read.isspace() else signs
