"""What macros print in a plain text.

As far as pylatexenc does not say it, or says it otherwise.
"""

from __future__ import annotations

# Accents: the combining sign that follows the letter in Unicode.
ACCENTS = {
    **{"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304"},
    **{".": "\u0307", '"': "\u0308", "u": "\u0306", "v": "\u030c", "H": "\u030b"},
    **{"r": "\u030a", "c": "\u0327", "k": "\u0328", "d": "\u0323", "b": "\u0331"},
    **{"t": "\u0361", "h": "\u0309", "G": "\u030f", "U": "\u030e", "f": "\u0311"},
    # Those of formulas stand in names too, where a program lost what told them apart.
    **{"acute": "\u0301", "grave": "\u0300", "check": "\u030c", "breve": "\u0306"},
}
# What an accent is without a letter.
ALONE = {
    **{"\u0300": "`", "\u0301": "´", "\u0302": "^", "\u0303": "~"},
    **{"\u0304": "¯", "\u0307": "˙", "\u0308": "¨"},
}

SYMBOLS = {
    "SS": "ẞ",
    "textquotedbl": '"',
    **{"glqq": "„", "grqq": "“", "glq": "‚", "grq": "‘", "flqq": "«", "frqq": "»"},
    **{"flq": "‹", "frq": "›", "guillemetleft": "«", "guillemetright": "»", "lq": "‘", "rq": "’"},
    **{"textgravedbl": "`", "textasciicircum": "^", "textbraceleft": "{", "textbraceright": "}"},
    **{"textless": "<", "textgreater": ">", "textbar": "|", "textunderscore": "_"},
    **{"textperiodcentered": "·", "copyright": "©", "S": "§", "P": "¶", "pounds": "£"},
    **{"euro": "€", "EUR": "€", "slash": "/", "degree": "°", "ddag": "‡", "checkmark": "✓"},
    **{"LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "LaTeXe": "LaTeX2ε"},
    **{"hyphen": "-", "textminus": "−", "bibrangedash": "–"},
    **{"addcomma": ",", "addcolon": ":", "adddot": "."},
}

SPACES = (
    *(",", ";", ":", " ", "\\", ">", "\t", "\n"),
    *("quad", "qquad", "enspace", "enskip", "thinspace", "space", "newline", "linebreak", "hfill"),
    *("nobreakspace", "newblock", "addspace"),
)
NOTHING = ("!", "/", "-", "@", "*", "textcompwordmark", "allowbreak", "nobreak", "cyrchar")

# What is put around an argument; dollars make a formula of it.
WRAPPED = {
    "ensuremath": ("$", "$"),
    "enquote": ("“", "”"),
    "mkbibquote": ("“", "”"),
    "textquote": ("“", "”"),
    "mkbibparens": ("(", ")"),
    "mkbibbrackets": ("[", "]"),
}

# Macros whose first arguments are not printed, and how many.
DROPPED = {
    **dict.fromkeys(("noopsort", "SortNoop", "sortnoop", "NOOPSORT", "noop", "thanks"), 1),
    **dict.fromkeys(
        ("footnote", "label", "index", "nocite", "hspace", "vspace", "begin", "end"), 1
    ),
    **dict.fromkeys(("phantom", "vphantom", "hphantom", "color", "textcolor", "colorbox"), 1),
    **dict.fromkeys(("selectlanguage", "foreignlanguage", "href", "raisebox", "scalebox"), 1),
    "fontsize": 2,
}

# Macros that a length or a number follows, without braces.
LENGTHS = frozenset({"kern", "hskip", "vskip", "mkern", "mskip", "raise", "lower", "penalty"})

_STYLES = """
    em it bf sc sf tt rm sl up md emph text textit textbf textsc textsf texttt textrm textup textsl
    textmd textnormal textlf mbox hbox fbox vbox normalfont itshape bfseries scshape sffamily
    ttfamily rmfamily slshape upshape mdseries tiny scriptsize footnotesize small normalsize large
    Large LARGE huge Huge smaller larger uppercase lowercase MakeUppercase MakeLowercase url path
    nolinkurl underline uline ul mathrm mathit mathbf mathcal cal
    boldmath unboldmath selectfont relax protect bgroup egroup ignorespaces unskip xspace null
    leavevmode frenchspacing sloppy indent noindent raggedright centering nohyphens hyphenation
    mkbibemph mkbibbold mkbibitalic autocap textgreek textcyrillic textlatin hyperref
    ifmmode else fi
"""
# Macros that only say how something looks.
STYLES = frozenset(_STYLES.split())

RAISED = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
SCRIPTS = {"textsuperscript": RAISED, "textsubscript": LOWERED}
