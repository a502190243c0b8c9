"""Formulas that nobody should write: every command that we know, with odd arguments."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from types import ModuleType

from app.rendering.math import shim
from app.rendering.math.tex import commands as tex_commands
from app.rendering.math.tex import (
    constructs,
    definitions,
    lengths,
    limits,
    macros,
    marks,
)
from app.rendering.math.tex.packages import (
    chemistry,
    diagrams,
    physics,
    presets,
    quantities,
    units,
)

TABLES = (
    *(tex_commands, constructs, definitions, lengths, limits, macros),
    *(marks, physics, presets, shim, chemistry, diagrams, quantities),
)
REAL = (Path(__file__).parent / "math/formulas.txt").read_text().splitlines()
COMMAND = re.compile(r"\\(?:[a-zA-Z]+\*?|.)", re.DOTALL)

# What may stand behind a command.
ARGUMENTS = (
    *("", " ", "\n", "\t", "{}", "{ }", "{\n}", "{\t}", "x", "{x}", "{x}{y}", "{x}{y}{z}"),
    *("{", "}", "{x", "x}", "{{", "{{x}}", "{}{}{}{}{}{}", "[", "]", "[]", "[x]", "[x]{y}"),
    *("-", "{-}", "[-]", "-\n1em ", "{-\t1em}", "[-\n2pt]", "+ - 2.5 ex", "{- , 5mu}", "-em"),
    *("{.}", ".em", "{1.em}", "{,em}", "{1,5,5em}", "{1e9pt}", "{\u0661em}", "{\u00b2em}"),
    *("9" * 30, "{" + "9" * 30 + "}", "{" + "9" * 30 + "em}", "[" + "9" * 30 + "pt]", "{-1}"),
    *("{1}{99999}{x}", "{0-0}", "{9-1}", "{\u0663-\u0664}", "{x-}", "{\u00b2}", "{x110000}"),
    *("{xd800}", "{fffff}", "{0}", "{\\pi}", "\\pi ", "\\ ", "\\", "{\\}", "{\\\\}", "\\\\"),
    *("#", "#1", "{#1}", "##", "&", "{&}", "{a&b\\\\c}", "\\\\[-\n2pt]", "\\\\[x]", "\\\\*["),
    *("%", "% x\n", "{%}", "{% x\n}", "{x%}\n}", "$", "{$}", "{$x$}", "{\\(x\\)}", "{\\(}"),
    *("^", "_", "^2", "_x^y", "'", "{^}", "{_}", "^^", "~", "{~}", "*", "*{x}", "=", "={x}"),
    *("(", ")", "(x)", "(x", "|", "|x|", "\\{x\\}", "<", ">", "{<}", "/", ".", ":", ",", ";"),
    *("\u4e2d", "{\u4e2d}", "\U0001f642", "{\u0301}", "\u20d7", "x\u20d7", "\u221a", "{\u2205}"),
    *("\ue000", "\ue0000", "{\ue0000}", "{\u202e}", "\x0c", "{\u00a0}", "\u2003", "{\u2028}"),
    *("\x00", "\x02", "\ud800", "{\ufffe}", "&amp;", "{<b>}", "{]]>}", "{<!--}", '{"}', "{`}"),
    *("\\of", "\\of x", "\\limits", "\\limits_x^y", "\\left(", "\\right)", "\\middle|", "\\big"),
    *("\\begin{array}", "\\end{array}", "{array}{c}", "{cc}", "{*{99}{c}}", "{@{}l}", "{p{1em}}"),
    *("{red}{x}", "{#f00}{x}", "{1,2,3}{x}", "[RGB]{1,2,3}{x}", "[HTML]{zz}{x}", "[rgb]{9,9,9}"),
    *("{https://a.org/%}{x}", "{javascript:x}{y}", "{\\url{x}}", "{\\hbox}", "\\hbox", "\\hbox{x}"),
    *("{\\x}{#1}\\x", "\\x{y}\\x", "\\x#1{#1#1}\\x", "{\\x}[1]{#1}\\x", "\\x\\y", "\\x=\\y"),
)  # fmt: skip
PLACES = (
    *("{}", "x{}", "{}y", "{{{}}}", "x^{}", "x_{{{}}}", "\\frac{}", "\\text{{{}}}", "\\sqrt[{}]x"),
    *("\\left({}\\right)", "\\begin{{matrix}}{}&\\\\\\end{{matrix}}", "\\SI{{5}}{{{}}}", "\\si{}"),
    *("\\begin{{align}}{}\\end{{align}}", "\\fbox{{{}}}", "\\color{{red}}{}", "\\bbox[{}]x"),
    *("\\def\\x#1{{{}}}\\x y\\x", "\\newcommand{{\\x}}{{{}}}\\x\\x{{z}}", "\\mathop{{{}}}_x"),
    *("\\rule[{}]{{1em}}{{1em}}", "\\kern{}", "\\color{}", "\\substack{{{}}}", "{}\\limits_x"),
    *("\\begin{{array}}{{{}}}x\\end{{array}}", "\\tag{{{}}}x", "\\verb|{}|", "%{}\n", "\\unit{}"),
    *("\\ce{{{}}}", "\\ce{{A{}B2}}", "\\ce{{A ->[{}] B}}", "\\ce{{$ {} $}}", "\\num{{{}}}"),
    *("\\begin{{CD}}A@>{}>>B\\end{{CD}}", "\\begin{{CD}}@VV{}V\\end{{CD}}", "\\ang{{{}}}"),
    *("\\qtyrange[{}]{{1}}{{2}}{{\\m}}", "\\SI{{1}}{{\\raiseto{}\\m}}", "\\num{{1{}}}"),
    *("\\SI[per-mode={}]{{5}}{{\\m\\per\\s}}", "\\qty{{{}}}{{\\m}}", "\\pu{{{}}}"),
)  # fmt: skip


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (each for pair in value.items() for part in pair for each in _strings(part))
    elif isinstance(value, Set | Sequence):
        yield from (each for part in value for each in _strings(part))


def _in_tables(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if not name.startswith("__") and not isinstance(value, ModuleType):
            yield from _strings(value)


def commands() -> list[str]:
    """All commands of our tables and of the formulas of the tests."""
    found = {name for text in REAL for name in COMMAND.findall(text)}
    for module in TABLES:
        found.update(name for text in _in_tables(module) for name in COMMAND.findall(text))
    names = set(tex_commands.UNTOUCHED) | set(units.UNITS) | set(units.PREFIXES)
    names |= set(units.POWERS_BEFORE) | set(units.POWERS_BEHIND)
    return sorted(found | {f"\\{name}" for name in names})


def environments() -> list[str]:
    """All environments of our tables, and names that are none."""
    tables = (
        *(tex_commands.WITH_COUNT, tex_commands.WITH_OPTION, tex_commands.RENAMED),
        *(tex_commands.GROUPS, tex_commands.NUMBERED, tex_commands.FENCED),
    )
    return sorted({name for table in tables for name in table} | {"array", "subarray", "", "{}"})


COMMANDS = commands()
ENVIRONMENTS = environments()


def every_command() -> Iterator[str]:
    """Each command with each argument, and within itself."""
    for command in COMMANDS:
        yield f"{command}{{{command}{{{command} x}}}}"
        yield command * 5
        for argument in ARGUMENTS:
            yield command + argument
    for name in ENVIRONMENTS:
        for argument in ARGUMENTS:
            yield f"\\begin{{{name}}}{argument}\\end{{{name}}}"
            yield f"\\begin{{{name}}}{argument}"


def at_random(choose: random.Random) -> Iterator[str]:
    """Without end: pairs and more of commands, environments and arguments, in odd places."""

    def part() -> str:
        if choose.random() < 0.1:
            name = choose.choice(ENVIRONMENTS)
            body = choose.choice(COMMANDS) + choose.choice(ARGUMENTS) + choose.choice(ARGUMENTS)
            return f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return choose.choice(COMMANDS) + "".join(
            choose.choice(ARGUMENTS) for _ in range(choose.choice((0, 1, 1, 2, 3)))
        )

    while True:
        tex = "".join(part() for _ in range(choose.choice((1, 2, 2, 2, 3, 4))))
        for _ in range(choose.choice((0, 1, 1, 2))):
            tex = choose.choice(PLACES).format(tex)
        kind = choose.random()
        if kind < 0.1:  # cut somewhere
            tex = tex[: choose.randrange(len(tex) + 1)]
        elif kind < 0.2:  # a real formula with something odd in it
            real = choose.choice(REAL)
            at = choose.randrange(len(real) + 1)
            tex = real[:at] + tex + real[at:]
        yield tex
