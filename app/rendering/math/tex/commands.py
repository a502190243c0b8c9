"""Tables of TeX commands and environments that math-core needs help with."""

from __future__ import annotations

import re


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _commands(text: str) -> frozenset[str]:
    return frozenset(f"\\{name}" for name in text.split())


MACROS = _commands(
    "newcommand newcommand* renewcommand providecommand DeclareMathOperator def gdef edef xdef"
    " DeclareMathOperator* let futurelet newenvironment renewenvironment DeclarePairedDelimiter"
    " newif newcount expandafter csname input include write catcode loop"
    " definecolor DeclareRobustCommand DeclarePairedDelimiterX global long"
)

# What is refused, and why.
REFUSED = {
    "\\includegraphics": "A formula cannot hold a picture.",
}
SWITCHES = _commands("rm bf it sf tt cal sl em mit bfseries itshape rmfamily")
# Characters that math-core takes as text only.
UNKNOWN_SIGNS = re.compile(
    "[\u20d0-\u20f0\u21eb-\u21f3\u221a-\u221c\u27c0\u27c1\u27c3\u27c4\u27ca-\u27d4\u27e0-\u27e5"
    "\u2919\u291a\u2981\u2999-\u29b4\u29ba-\u29bf\u29c2\u29c3\u29c9-\u29cd\u29d6\u29d7\u29dc-\u29de"
    "\u29e7-\u29f3\u29fe\u29ff\u2ad9-\u2add\u2aec\u2aed\u2aef-\u2af1\u2af4\u2af5\u2afb]"
)
SIGNS = {
    "∅": "\\varnothing ", "√": "\\surd ", "∠": "\\angle ", "∡": "\\measuredangle ",
    "∢": "\\sphericalangle ", "∴": "\\therefore ", "∵": "\\because ", "⊤": "\\top ", "⊥": "\\bot ",
    "⟂": "\\perp ", "◊": "\\lozenge ",
}  # fmt: skip

# Commands that math-core takes as they are, of those that are seen most.
UNTOUCHED = _names(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi"
    " pi rho sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
    " frac tfrac dfrac sqrt sum prod int partial nabla infty in notin subset subseteq cup cap times"
    " cdot cdots ldots dots pm leq geq le ge neq ne ll gg sim approx equiv propto to rightarrow"
    " Rightarrow leftarrow mapsto mid forall exists log exp sin cos tan max min arg lim sup inf"
    " mathbb mathcal mathbf mathrm mathit hat bar tilde vec dot ell hbar quad qquad"
    " top circ odot otimes oplus langle rangle lfloor rfloor lceil rceil"
)

# Text commands of ours to those of math-core.
TEXT = {
    "\\text": "\\text", "\\mbox": "\\text", "\\hbox": "\\text", "\\textrm": "\\text",
    "\\textnormal": "\\text", "\\textup": "\\text", "\\textmd": "\\text", "\\textlf": "\\text",
    "\\textbf": "\\textbf", "\\textit": "\\textit", "\\textsl": "\\textit", "\\emph": "\\emph",
    "\\texttt": "\\texttt", "\\textsf": "\\textsf", "\\textsc": "\\textsc", "\\vbox": "\\text",
    "\\intertext": "\\text", "\\tiptext": "\\text",
    "\\shortintertext": "\\text",
}  # fmt: skip
# Commands that may stay inside text; other words are set as formulas there.
IN_TEXT = _commands(
    "text textrm textbf textit texttt textsf textsc emph aa AA ae AE oe OE o O l L ss i j"
    " textasciicircum textbackslash textbar textbraceleft textbraceright textdagger dag ddag"
    " textdaggerdbl textdegree textdollar textellipsis textemdash textendash textquotedblleft"
    " textquotedblright textquoteleft textquoteright textregistered textsterling textyen"
    " textunderscore textless textgreater degree checkmark dots ldots lq rq quad qquad"
    " H c r u v yen circledR maltese"
)
TEXT_SAME = {
    "_": "\\_", "^": "\\textasciicircum{}", "&": "\\&", "#": "\\#", "\\\\": " ", "[": "[",
    "\\!": "", "\\/": "", "\\-": "", "\\*": "*", "\\|": "|", "\\(": "(", "\\)": ")", "\\[": "[",
    "\\]": "]", "\n": " ", "\\<": "<", "\\\n": " ", "\\;": " ", "\\:": " ", "\\@": "",
    "\\quad": "\u2003", "\\qquad": "\u2003\u2003",
}  # fmt: skip

# Font switches inside text, which hold to the end of their group.
TEXT_SWITCHES = {
    "\\rm": "\\text", "\\bf": "\\textbf", "\\it": "\\textit", "\\tt": "\\texttt",
    "\\sf": "\\textsf", "\\sl": "\\textit", "\\em": "\\textit", "\\sc": "\\textsc",
    "\\bfseries": "\\textbf", "\\itshape": "\\textit", "\\ttfamily": "\\texttt",
    "\\sffamily": "\\textsf", "\\rmfamily": "\\text", "\\normalfont": "\\text",
}  # fmt: skip
# Operators that are more than a name, and have limits.
LIMITS = {
    "\\varprojlim": "{\\underleftarrow{\\lim}}", "\\varinjlim": "{\\underrightarrow{\\lim}}",
    "\\varlimsup": "{\\overline{\\lim}}", "\\varliminf": "{\\underline{\\lim}}",
}  # fmt: skip
SAME = {
    "\\dotsc": "\\ldots ", "\\dotso": "\\ldots ", "\\dotsb": "\\cdots ", "\\dotsm": "\\cdots ",
    "\\dotsi": "\\cdots ", "\\smallsetminus": "\\setminus ", "\\setminus": "\\mathbin{⧵}",
    "\\euro": "\\text{€}",
    "\\textdegree": "\\degree ", "\\strut": "", "\\hfill": "\\quad ", "\\hfil": "\\quad ",
    "\\allowbreak": "", "\\nobreak": "", "\\break": "", "\\linebreak": "", "\\displaybreak": "",
    "\\par": "", "\\noindent": "", "\\nonumber": "", "\\notag": "", "\\boldmath": "",
    "\\unboldmath": "", "\\relax": "", "\\protect": "", "\\null": "", "\\leavevmode": "",
    "\\toprule": "\\hline ", "\\midrule": "\\hline ", "\\bottomrule": "\\hline ",
    "\\sl": "\\it ", "\\em": "\\it ", "\\mit": "\\it ", "\\oldstyle": "",
    "\\LaTeX": "\\text{LaTeX}", "\\TeX": "\\text{TeX}", "\\lbrack": "[", "\\rbrack": "]",
    "\\textless": "<", "\\textgreater": ">", "\\textbar": "|", "\\textunderscore": "\\_",
    "\\textregistered": "\\text{®}", "\\textbackslash": "\\backslash ", "\\textdollar": "\\$",
    "\\textquotesingle": "\\text{'}", "\\textellipsis": "\\ldots ", "\\textemdash": "\\text{—}",
    "\\textendash": "\\text{–}", "\\textsterling": "\\pounds ", "\\lq": "\\text{‘}",
    "\\rq": "\\text{’}", "\\/": "", "\\-": "", "\\(": "", "\\)": "", "\\[": "", "\\]": "",
    "\\thicksim": "\\sim ",
    "\\thickapprox": "\\approx ", "\\shortmid": "\\mid ", "\\shortparallel": "\\parallel ",
    "\\varpropto": "\\propto ", "\\doublecolon": "\\dblcolon ", "\\iddots": "⋰", "\\adots": "⋰",
    "\\hdots": "\\ldots ", "\\nsimeq": "\\not\\simeq ", "\\gvertneqq": "\\gneqq ",
    "\\lvertneqq": "\\lneqq ", "\\varsubsetneq": "\\subsetneq ", "\\\n": "\\ ", "\\\t": "\\ ",
    "\\varsupsetneq": "\\supsetneq ", "\\restriction": "\\upharpoonright ",
    "\\bgroup": "{", "\\egroup": "}", "\\begingroup": "{", "\\endgroup": "}",
    "\\textasciitilde": "\\text{~}", "\\textbraceleft": "\\{", "\\textbraceright": "\\}",
    "\\textdagger": "\\dagger ", "\\textdaggerdbl": "\\ddagger ", "\\textbardbl": "\\|",
    "\\textquotedblleft": "\\text{“}", "\\textquotedblright": "\\text{”}",
    "\\textquoteleft": "\\text{‘}", "\\textquoteright": "\\text{’}",
    "\\textasciicircum": "\\text{ˆ}", "\\textvisiblespace": "\\text{␣}",
    "\\officialeuro": "\\text{€}", "\\geneuro": "\\text{€}", "\\vline": "|", "\\Tiny": "",
    "\\hAar": "\\Leftrightarrow ", "\\colon": "{:}\\hspace{0.3333em}",
    "\\upharpoonright": "↾", "\\sgn": "\\operatorname{sgn}", "\\hdashline": "\\hdashline ",
}  # fmt: skip

GREEK = _names(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi"
    " pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega"
    " Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
BRACES = _commands("underbrace overbrace underbracket overbracket")
# Upright Greek, as upgreek, unicode-math and others name it.
SAME.update({f"\\up{name}": f"\\mathrm{{\\{name} }}" for name in GREEK})
SAME.update({f"\\Up{n.lower()}": f"\\mathrm{{\\{n} }}" for n in GREEK if n[0].isupper()})
SAME.update({f"\\text{name}": f"\\mathrm{{\\{name} }}" for name in GREEK})
# What math-core lacks of texvc's names (https://www.mediawiki.org/wiki/Extension:Math/Syntax).
SAME.update({"\\part": "\\partial ", "\\and": "\\land ", "\\or": "\\lor "})

# Commands that are left out with so many arguments.
DROPPED = {
    "\\label": 1, "\\vspace": 1, "\\require": 1, "\\class": 1, "\\cssId": 1, "\\style": 1,
    "\\mathversion": 1, "\\setlength": 2, "\\footnote": 1, "\\hphantom*": 1, "\\htmlClass": 1,
    "\\htmlId": 1, "\\htmlStyle": 1, "\\htmlData": 1, "\\usepackage": 1, "\\arraystretch": 0,
    "\\smallskip": 0, "\\medskip": 0, "\\bigskip": 0, "\\normalfont": 0, "\\hrule": 0,
    "\\DeclareSIUnit": 2, "\\sisetup": 1, "\\uproot": 1, "\\leftroot": 1, "\\skew": 1,
    "\\DOTSB": 0, "\\DOTSI": 0, "\\DOTSX": 0, "\\pagecolor": 1,
}  # fmt: skip
# Commands whose one argument stays, between these.
UNWRAPPED = {
    "\\llap": ("{", "}"), "\\clap": ("{", "}"), "\\mathllap": ("{", "}"), "\\mathclap": ("{", "}"),
    "\\ensuremath": ("{", "}"), "\\mathnormal": ("{", "}"),
    "\\mathds": ("\\mathbb{", "}"), "\\mathbbm": ("\\mathbb{", "}"), "\\vcenter": ("{", "}"),
    "\\scr": ("\\mathscr{", "}"), "\\mathup": ("\\mathrm{", "}"), "\\textstyle*": ("{", "}"),
    "\\abs": ("\\left|", "\\right|"), "\\norm": ("\\left\\|", "\\right\\|"),
    "\\ceil": ("\\left\\lceil ", "\\right\\rceil "), "\\ordinarycolon": ("{", "}"),
    "\\floor": ("\\left\\lfloor ", "\\right\\rfloor "), "\\lowercase": ("{", "}"),
    "\\boldsymbol*": ("\\boldsymbol{", "}"), "\\mathcircled": ("{", "}"),
    "\\textcircled": ("{", "}"), "\\shoveleft": ("{", "}"), "\\shoveright": ("{", "}"),
    "\\symup": ("\\mathrm{", "}"), "\\symrm": ("\\mathrm{", "}"), "\\symit": ("\\mathit{", "}"),
    "\\Vec": ("\\vec{", "}"), "\\Hat": ("\\hat{", "}"), "\\Tilde": ("\\tilde{", "}"),
    "\\Bar": ("\\bar{", "}"), "\\Dot": ("\\dot{", "}"), "\\Ddot": ("\\ddot{", "}"),
    "\\Check": ("\\check{", "}"), "\\Acute": ("\\acute{", "}"), "\\Grave": ("\\grave{", "}"),
    "\\Breve": ("\\breve{", "}"),
}  # fmt: skip

# math-core puts these between brackets. What is in them must be a group of its own, or its
# brackets would find those outside.
BRACKETED = _commands("pmod pod bra ket braket Bra Ket Braket set Set")
UNWRAPPED.update((name, (name + "{{", "{}}}")) for name in BRACKETED)

SIZES = {
    "\\tiny": "tex-tiny", "\\scriptsize": "tex-scriptsize", "\\footnotesize": "tex-footnotesize",
    "\\small": "tex-small", "\\normalsize": "tex-normalsize", "\\large": "tex-large",
    "\\Large": "tex-larger", "\\LARGE": "tex-largest", "\\huge": "tex-huge", "\\Huge": "tex-huge",
}  # fmt: skip

# Numbers that are no digits of the formula, with the commands that they belong to.
_OPTIONS = r"(?:\s*+\[[^\[\]{}]*+\])*+"
WITH_LENGTH = (
    r"\\(?:[hm]?kern|[hm]skip|raise|lower)\s*+[+-]?\s*+[\d.,]++|\\\\\[[^\[\]{}]*+\]"
    rf"|\\(?:begin|h?space\*?|raisebox|(?:text)?color|rule{_OPTIONS}\s*+\{{[^{{}}]*+\}})"
    rf"{_OPTIONS}\s*+\{{[^{{}}]*+\}}"
)
DELIMITED = frozenset(
    ["\\left", "\\right", "\\middle"]
    + [f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", *"lrm")]
)
ANGLES = {
    "<": "\\langle ", ">": "\\rangle ", "\\lt": "\\langle ", "\\gt": "\\rangle ",
}  # fmt: skip
NOTATIONS = {
    "updiagonalstrike": "\\cancel", "downdiagonalstrike": "\\bcancel", "box": "\\boxed",
    "horizontalstrike": "\\cancel", "roundedbox": "\\boxed",
}  # fmt: skip

# Environments.
PLAIN_TABLES = {
    "\\matrix": "matrix", "\\pmatrix": "pmatrix", "\\bmatrix": "bmatrix", "\\cases": "cases",
    "\\eqalign": "aligned", "\\eqalignno": "aligned", "\\displaylines": "gathered",
}  # fmt: skip
WITH_COUNT = frozenset(["alignat", "alignat*", "alignedat", "xalignat", "xalignat*"])
WITH_OPTION = _names(
    "aligned alignedat gathered split array smallmatrix matrix pmatrix bmatrix Bmatrix vmatrix"
    " Vmatrix psmallmatrix bsmallmatrix vsmallmatrix tabular cases dcases lgathered rgathered"
    " multlined"
)
RENAMED = {
    "split": "aligned", "alignedat": "aligned", "lgathered": "gathered", "tabular": "array",
    "rgathered": "gathered", "multlined": "gathered", "matrix*": "matrix", "pmatrix*": "pmatrix",
    "bmatrix*": "bmatrix", "Bmatrix*": "Bmatrix", "vmatrix*": "vmatrix", "Vmatrix*": "Vmatrix",
    "darray": "array", "numcases": "cases", "cases*": "cases", "dcases*": "dcases",
    "drcases": "rcases",
}  # fmt: skip
GROUPS = _names(
    "equation equation* displaymath math subequations center small footnotesize large dmath"
    " dmath* flushleft"
)
# How `align` and its like are called with tags, and without any.
NUMBERED = {
    "align": ("align*", "aligned"), "align*": ("align*", "aligned"),
    "alignat": ("align*", "aligned"), "alignat*": ("align*", "aligned"),
    "flalign": ("align*", "aligned"), "flalign*": ("align*", "aligned"),
    "xalignat": ("align*", "aligned"), "xalignat*": ("align*", "aligned"),
    "eqnarray": ("align*", "aligned"), "eqnarray*": ("align*", "aligned"),
    "gather": ("gather*", "gathered"), "gather*": ("gather*", "gathered"),
    "multline": ("multline*", "multline*"), "multline*": ("multline*", "multline*"),
}  # fmt: skip
FENCED = {
    "matrix*": (".", "."), "pmatrix*": ("(", ")"), "bmatrix*": ("[", "]"),
    "Bmatrix*": ("\\{", "\\}"), "vmatrix*": ("|", "|"), "Vmatrix*": ("\\|", "\\|"),
    "smallmatrix": (".", "."), "psmallmatrix": ("(", ")"), "bsmallmatrix": ("[", "]"),
    "vsmallmatrix": ("|", "|"), "smallmatrix*": (".", "."),
}  # fmt: skip
SMALL = frozenset(["smallmatrix", "psmallmatrix", "bsmallmatrix", "vsmallmatrix", "smallmatrix*"])


def is_rewritten(command: str) -> bool:
    """Whether one of the tables above says what becomes of `command`."""
    return any(
        command in table
        for table in (MACROS, TEXT, SAME, SIZES, DROPPED, UNWRAPPED, PLAIN_TABLES, DELIMITED)
    )
