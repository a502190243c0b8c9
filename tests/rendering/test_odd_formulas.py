"""Whatever stands in a formula, it comes out as MathML or as its source, and never as an exception.

`python -m tests.rendering.test_odd_formulas 100000` tries so many, and prints what it found.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from itertools import islice

import pytest
from defusedxml.ElementTree import fromstring

from app.rendering import faults
from app.rendering.math import conversion
from app.rendering.math.conversion import RenderedFormula, to_mathml
from app.rendering.math.equations import REFERENCE
from app.rendering.math.formulas import Formulas
from app.rendering.math.tex.limits import MAX_STEPS
from tests.helpers.samples.tex import ELEMENTS
from tests.rendering.odd_formulas import at_random, every_command

ATTRIBUTES = (
    {"class", "title", "display", "encoding", "href", "rel", "mathvariant", "stretchy", "form"}
    | {"displaystyle", "scriptlevel", "symmetric", "movablelimits", "largeop", "fence", "accent"}
    | {"separator", "lspace", "rspace", "minsize", "maxsize", "accentunder", "width", "height"}
    | {"depth", "voffset", "linethickness", "columnspan", "rowspan"}
)
SHARE = 41  # of each command with each argument, every so manieth; the rest by hand
RANDOM = 2000


def check(written: str, formula: RenderedFormula) -> None:
    """A formula that was set is sanitised MathML, and one that was not a `code`."""
    assert formula.problem != faults.SENTENCE, written
    assert formula.steps <= MAX_STEPS + len(written), written
    if not formula.html:
        return  # nothing but definitions
    root = fromstring(formula.html)
    if formula.problem is not None:
        assert (root.tag, root.get("class")) == ("code", "math-error"), written
        assert root.get("title") == formula.problem, written
        assert not len(root), written
        return
    assert root.tag in ("math", "span"), written
    for node in root.iter():
        assert node.tag in ELEMENTS, (written, node.tag)
        assert set(node.attrib) <= ATTRIBUTES, (written, node.attrib)
        assert (node.get("href") or "https://").startswith(("https://", "http://")), written


def check_all(written: Iterable[str]) -> int:
    """Checks formulas alone and, with those of a text, behind macros; returns how many."""
    count = 0
    for count, each in enumerate(written, 1):
        check(each, to_mathml.__wrapped__(each, count % 2 == 0))
        if count % 10 == 0:
            text = f"$\\def\\x#1{{{each}}}$ ${each}$ $\\x{{{each}}}$ \\[{each}\\]"
            formulas = Formulas()
            formulas.take(text)
            for token, span in formulas.spans.items():
                if REFERENCE.fullmatch(span.source):
                    continue  # becomes text
                check(text, formulas._typeset(token, span.display))
    return count


@pytest.mark.slow
def test_every_command_with_odd_arguments() -> None:
    assert check_all(islice(every_command(), 0, None, SHARE)) > 4000


def test_commands_in_odd_company() -> None:
    check_all(islice(at_random(random.Random(12)), RANDOM))


@pytest.mark.parametrize("fault", [ValueError("private"), IndexError(), RecursionError()])
@pytest.mark.parametrize("step", ["shim", "_convert", "sanitize"])
def test_a_fault_of_ours_is_the_fault_of_one_formula(
    fault: Exception, step: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    faults._counts.clear()
    monkeypatch.setattr(conversion, step, fail)
    formula = to_mathml.__wrapped__("a_1", False)
    assert formula.html.startswith('<code class="math-error"')
    assert "$a_1$" in formula.html
    is_deep = isinstance(fault, RecursionError)
    assert formula.problem == ("The formula is nested too deeply." if is_deep else faults.SENTENCE)
    assert (type(fault).__name__ in caplog.text) is not is_deep
    assert "private" not in caplog.text


def test_a_fault_in_a_macro_is_the_fault_of_one_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.rendering import markdown
    from app.rendering.math.tex import macros

    real = macros.read_definition

    def fail(reader: object, command: str) -> object:
        found = real(reader, command)  # type: ignore[arg-type]
        if found[0] == "\\bad":
            raise KeyError("private")
        return found

    monkeypatch.setattr(macros, "read_definition", fail)
    before = faults.count_faults()
    rendered = markdown.render("$\\def\\good{g}$ $\\def\\bad{b}$ $\\good$")
    assert faults.count_faults() == before + 1
    assert [problem.message[-len(faults.SENTENCE) :] for problem in rendered.problems] == [
        faults.SENTENCE
    ]
    assert "<mi>g</mi>" in rendered.html
    assert "\\def\\bad{b}" in rendered.html


def test_a_fault_is_logged_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    faults._counts.clear()
    words = "private"
    for _ in range(250):
        try:
            raise ZeroDivisionError(words)
        except ZeroDivisionError as error:
            faults.log_fault(error)
    lines = [record.getMessage().split("\n")[0] for record in caplog.records]
    assert lines == [f"Fault {n} in rendering: ZeroDivisionError" for n in (1, 10, 100)]
    assert "private" not in caplog.text


if __name__ == "__main__":
    print(check_all(every_command()), "commands with arguments")
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(check_all(islice(at_random(random.Random(seed)), int(sys.argv[1]))), "at random")
    print(f"{faults.count_faults()} faults")
