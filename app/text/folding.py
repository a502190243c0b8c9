"""Letters as they are compared: to find something (`fold`), or to tell two apart (`make_slug`).

Two foldings, because they must be free to differ. Who looks for "Lukasz" wants to find "Łukasz", so
`fold` takes letters for each other that somebody may type for each other, and may learn more of
them (raise `app.text.TEXT_VERSION`: what is stored is then folded anew). But authors, venues and
addresses are told apart by `make_slug`: "Łukasz Kaiser" and "Lukasz Kaiser" may be two people, so
they stay two rows at two addresses, as they always were. What `make_slug` gives never changes:
links from outside lead there. Where both have found their way into one search, it shows both.
"""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a plain letter and a mark, after CLDR's transform
# Latin-ASCII; and apostrophes of transcriptions that are letters to Unicode, as in "Hawaiʻi".
# Greek and other scripts stay what they are.
_PLAIN = str.maketrans(
    {
        **{"æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"},
        **{"ħ": "h", "ŋ": "n", "ŧ": "t", "ĸ": "q", "ı": "i", "ȷ": "j", "ƀ": "b", "ȼ": "c"},
        **{"ɇ": "e", "ǥ": "g", "ɨ": "i", "ɉ": "j", "ƚ": "l", "ɍ": "r", "ʉ": "u", "ɏ": "y"},
        **{"ƶ": "z", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɫ": "l", "ƒ": "f"},
        **dict.fromkeys("ʹʺʻʼʽʾʿˈˊˋ", ""),
    }
)
_LETTER = re.compile(f"[{''.join(map(chr, _PLAIN))}]")
_RUN = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """A text as it is searched.

    Lower case, plain letters, no marks or variants of width.

    `É` becomes `e`, `Ł` `l`, `İ` and `ı` `i`, `ß` `ss`, `²` `2`. Folding twice changes nothing.
    """
    if text.isascii():
        return text.lower()
    # Some letters are capitals only when they are taken apart.
    bare = remove_marks(text.casefold()).casefold()
    if _LETTER.search(bare):
        bare = bare.translate(_PLAIN)
    return unicodedata.normalize("NFC", bare)


def make_slug(text: str) -> str:
    """Letters (of any script, in lower case, without marks) and digits, joined by hyphens.

    It tells authors and venues apart and stands in addresses, so it keeps letters like `ł`.
    """
    bare = text.lower() if text.isascii() else remove_marks(text.casefold())
    return "-".join(_RUN.findall(unicodedata.normalize("NFC", bare)))


def fold_label(name: str) -> str:
    """A label as labels are told apart: "Thesis" is "thesis", but "C" is not "C++"."""
    return " ".join(fold(name).split()) or name


def remove_marks(text: str) -> str:
    """A text without accents and other marks, taken apart as Unicode's NFKD does."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if char < "\x80" or not unicodedata.combining(char))
