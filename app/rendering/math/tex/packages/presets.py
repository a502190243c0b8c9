"""Commands that notes take for granted, from packages such as physics, in TeX of math-core.

A text's own definitions go before them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _operators(names: str, command: str = "\\operatorname") -> dict[str, tuple[int, str]]:
    return {f"\\{name}": (0, f"{command}{{{name}}}") for name in names.split()}


# The number of arguments, and the TeX with `#1` for the first of them.
PRESETS: Mapping[str, tuple[int, str]] = MappingProxyType(
    _operators(
        "tr Tr rank trace diag sign softmax sigmoid ReLU Var Cov Corr KL MSE sinc sech csch"
        " arcsinh arccosh arctanh arsinh arcosh artanh arccot Res supp vol conv dom lcm Tan sen"
        " Hom Ext Tor Ker Aut End Gal Spec Span rot"
    )
    | {
        "\\RR": (0, "\\mathbb{R}"), "\\ZZ": (0, "\\mathbb{Z}"), "\\QQ": (0, "\\mathbb{Q}"),
        "\\CC": (0, "\\mathbb{C}"), "\\NN": (0, "\\mathbb{N}"), "\\EE": (0, "\\mathbb{E}"),
        "\\PP": (0, "\\mathbb{P}"), "\\E": (0, "\\mathbb{E}"), "\\C": (0, "\\mathbb{C}"),
        "\\Q": (0, "\\mathbb{Q}"), "\\FF": (0, "\\mathbb{F}"),
        # physics (https://ctan.org/pkg/physics)
        "\\dd": (0, "\\mathrm{d}"), "\\grad": (0, "\\nabla "), "\\curl": (0, "\\nabla\\times "),
        "\\laplacian": (0, "\\nabla^2 "), "\\vb": (1, "\\mathbf{#1}"),
        "\\op": (2, "\\ket{{#1}}\\bra{{#2}}"),
        "\\va": (1, "\\vec{\\mathbf{#1}}"), "\\vu": (1, "\\hat{\\mathbf{#1}}"),
        "\\order": (1, "\\mathcal{O}\\left({#1}\\right)"),
        "\\comm": (2, "\\left[{#1},{#2}\\right]"), "\\acomm": (2, "\\left\\{{#1},{#2}\\right\\}"),
        "\\expval": (1, "\\left\\langle {#1}\\right\\rangle "),
        "\\ev": (1, "\\left\\langle {#1}\\right\\rangle "),
        "\\eval": (1, "\\left.{#1}\\right|"),
        "\\dyad": (2, "\\left|{#1}\\middle\\rangle\\middle\\langle {#2}\\right|"),
        "\\mel": (3, "\\left\\langle {#1}\\middle|{#2}\\middle|{#3}\\right\\rangle "),
        "\\matrixel": (3, "\\left\\langle {#1}\\middle|{#2}\\middle|{#3}\\right\\rangle "),
        "\\ip": (2, "\\left\\langle {#1}\\middle|{#2}\\right\\rangle "),
        "\\innerproduct": (2, "\\left\\langle {#1}\\middle|{#2}\\right\\rangle "),
        "\\ketbra": (2, "\\left|{#1}\\middle\\rangle\\middle\\langle {#2}\\right|"),
        "\\outerproduct": (2, "\\left|{#1}\\middle\\rangle\\middle\\langle {#2}\\right|"),
        "\\flatfrac": (2, "{{#1}/{#2}}"),
        # xfrac, nicefrac, ulem, soul, relsize, gensymb
        "\\nicefrac": (2, "{{}^{#1}\\!/\\!_{#2}}"), "\\sfrac": (2, "{{}^{#1}\\!/\\!_{#2}}"),
        "\\uline": (1, "\\underline{#1}"), "\\ul": (1, "\\underline{#1}"),
        "\\mathlarger": (1, "{#1}"), "\\celsius": (0, "{}^{\\circ}\\mathrm{C}"),
        "\\ohm": (0, "\\Omega "), "\\micro": (0, "\\mu "), "\\perthousand": (0, "\\text{‰}"),
        "\\permil": (0, "\\text{‰}"),
        "\\textsuperscript": (1, "{}^{\\text{#1}}"), "\\textsubscript": (1, "{}_{\\text{#1}}"),
        "\\vv": (1, "\\overrightarrow{#1}"), "\\divergence": (0, "\\nabla\\cdot "),
        "\\overunderset": (3, "\\overset{#1}{\\underset{#2}{#3}}"),
        "\\underaccent": (2, "\\underset{#1}{#2}"), "\\undertilde": (1, "\\utilde{#1}"),
        "\\bbone": (0, "\\mathbb{1}"), "\\tensor": (2, "{#1}#2"), "\\indices": (1, "{}#1"),
        # amssymb, mathtools, KaTeX
        "\\smallsmile": (0, "\\smile "), "\\smallfrown": (0, "\\frown "),
        "\\centerdot": (0, "\\cdot "),
        "\\intop": (0, "\\int\\limits "), "\\smallint": (0, "{\\textstyle\\int}"),
        "\\sdot": (0, "\\cdot "),
        "\\ointop": (0, "\\oint\\limits "), "\\mathellipsis": (0, "\\ldots "),
        "\\dotsx": (0, "\\ldots "),
        "\\mapsfrom": (0, "↤"), "\\nshortmid": (0, "\\nmid "),
        "\\nshortparallel": (0, "\\nparallel "),
        "\\mathsfit": (1, "\\mathsf{#1}"), "\\mathbfit": (1, "\\boldsymbol{#1}"),
        "\\enskip": (0, "\\enspace "),
        "\\textcopyright": (0, "\\text{©}"), "\\KaTeX": (0, "\\text{KaTeX}"),
        "\\varvdots": (0, "\\vdots "),
        "\\overlinesegment": (1, "\\overline{#1}"), "\\underlinesegment": (1, "\\underline{#1}"),
        "\\xrightleftarrows": (1, "\\xrightleftharpoons{#1}"), "\\bigcdot": (0, "\\bullet "),
        "\\xrightequilibrium": (1, "\\xrightleftharpoons{#1}"), "\\bigast": (0, "\\ast "),
        "\\xleftequilibrium": (1, "\\xrightleftharpoons{#1}"), "\\medcirc": (0, "\\circ "),
        "\\qed": (0, "\\square "), "\\qedsymbol": (0, "\\square "), "\\defeq": (0, "\\coloneqq "),
        "\\widebar": (1, "\\overline{#1}"), "\\wideparen": (1, "\\overparen{#1}"),
        "\\overarc": (1, "\\overparen{#1}"), "\\Dirac": (0, "\\delta "),
        "\\mathbbmss": (1, "\\mathbb{#1}"),
        # Accents of text, where they stand in a formula.
        "\\v": (1, "\\check{#1}"), "\\u": (1, "\\breve{#1}"), "\\r": (1, "\\mathring{#1}"),
        "\\H": (1, "\\ddot{#1}"), "\\'": (1, "\\acute{#1}"), "\\`": (1, "\\grave{#1}"),
        '\\"': (1, "\\ddot{#1}"), "\\=": (1, "\\bar{#1}"), "\\^": (1, "\\hat{#1}"),
        "\\aa": (0, "\\text{å}"), "\\AA": (0, "\\text{Å}"), "\\ss": (0, "\\text{ß}"),
        "\\o": (0, "\\text{ø}"), "\\O": (0, "\\text{Ø}"), "\\ae": (0, "\\text{æ}"),
        "\\AE": (0, "\\text{Æ}"),
        "\\oe": (0, "\\text{œ}"), "\\OE": (0, "\\text{Œ}"), "\\l": (0, "\\text{ł}"),
        "\\L": (0, "\\text{Ł}"),
        "\\*": (0, "*"), "\\i": (0, "\\imath "), "\\j": (0, "\\jmath "),
    }
)  # fmt: skip
