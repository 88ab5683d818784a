"""Formulas of the book: none is wider than the page, and a break says nothing that the formula did not."""

import re
from collections.abc import Iterator

import pytest
import sympy as sp
from helpers import needs

from sparse_limits.numerics.reports.cell_output import _typeset_results, agree, differ
from sparse_limits.numerics.reports.formula_names import told_below
from sparse_limits.numerics.reports.formula_pieces import pieces_of, text_of, width
from sparse_limits.numerics.reports.typesetting import COLUMN, FORMULA, SMALLER, broken, fitted, joined
from sparse_limits.theory import claim
from sparse_limits.theory.latex import latex
from sparse_limits.theory.ledger import load_ledger


def room_taken(formula: str) -> float:
    size = next((size for name, size in SMALLER.items() if formula.startswith(f"{{{name} ")), 1.0)
    return width(formula) * size


def sentences() -> Iterator[tuple[str, str]]:
    for entry in load_ledger():
        yield entry.label, entry.claim.latex_statement
        for step in entry.claim.steps:
            yield entry.label, entry.claim.filled(step.sentence)


def test_no_formula_of_the_ledger_is_wider_than_the_page_and_breaks_add_nothing() -> None:
    wide, before = set(), 0
    for label, text in sentences():
        for found in FORMULA.finditer(text):
            formula = found[1] or found[2]
            made = broken(formula)
            assert joined(made) in (joined(formula), joined(names_below(formula))), label
            before += width(formula) > COLUMN
            if room_taken(made) > COLUMN:
                wide.add(label)
    assert before > 50  # the test knows wide formulas
    assert not wide


def names_below(formula: str) -> str:
    """The formula with the quantities that it names behind it, if that says the same."""
    told = told_below(pieces_of(formula))
    return text_of(told[0], *told[1]) if told else ""


@pytest.mark.parametrize(
    ("formula", "body", "named"),
    [
        (r"\left. 2 x\right|_{x=a + b}", "2x", ["x=a+b"]),
        (
            r"y=\sum_{i=0}^{n}\left. x^{2}\right|_{x=i - \left.u\right|_{u=3}},",
            r"y=\sum_{i=0}^{n}x^{2}",
            ["x=i-u,", "u=3,"],
        ),
        (r"3 \left. x + 1\right|_{x=a}", r"3\left(x+1\right)", ["x=a"]),  # a sum beside a factor
        (r"{\left. a + b x\right|_{x=c}}^{2}", r"{\left(a+bx\right)}^{2}", ["x=c"]),
        (r"\left. \sum_{i} x\right|_{x=a} k", r"\left(\sum_{i}x\right)k", ["x=a"]),  # a sum takes in what follows
        (r"\left. x\right|_{x=a} + \left. x\right|_{x=a}", "x+x", ["x=a"]),
        (r"\left. x\right|_{x=a} + \left. x\right|_{x=b}", None, []),  # one name, two values
        (r"x + \left. 2 x\right|_{x=a}", None, []),  # a letter of the formula, too
        (r"\left. n\right|_{n=2 n}", None, []),
        (r"x + 1", None, []),
    ],
)
def test_names_stand_below_where_that_says_the_same(formula: str, body: str | None, named: list[str]) -> None:
    told = told_below(pieces_of(formula))
    if body is None:
        assert told is None
    else:
        assert told is not None
        assert text_of(told[0]) == body
        assert [text_of(each) for each in told[1]] == named


@pytest.mark.parametrize(
    ("formula", "pixels"),  # as MathJax sets it on the built page
    [
        (r"|e(-r)-2e(0)+e(r)|\le|e(-r)|+2|e(0)|+|e(r)|", 433),
        (r"\frac{d \log{\left(\frac{1}{s} \right)}}{2 \eta f h}", 83),
    ],
)
def test_widths_are_those_of_the_page(formula: str, pixels: float) -> None:
    assert width(formula) * 20.36 == pytest.approx(pixels, rel=0.2)


def test_a_sum_breaks_before_its_signs_and_a_product_before_a_factor() -> None:
    terms = " + ".join(rf"\left(a_{{{i}}} + b_{{{i}}} + c_{{{i}}}\right)^{{2}}" for i in range(9))
    made = broken(f"S={terms}")
    assert made.startswith(r"\begin{aligned}&S=")
    assert all(line.startswith("+") for line in made.split(r"\\&\quad{}")[1:])
    factors = " ".join(rf"\left(a_{{{i}}} + b_{{{i}}} + c_{{{i}}}\right)^{{2}}" for i in range(9))
    assert r"\\&\quad{}\cdot{}" in broken(factors)
    assert joined(broken(factors)) == joined(factors)
    assert joined(factors) != joined(factors.replace("c_{8}", "c_{7}"))


def test_what_fits_is_left_as_it_is() -> None:
    text = r"The mean is $\frac{1}{2}$, and $$\int_0^1 x\,dx=\frac12.$$"
    assert fitted(text) == text


def test_a_wide_formula_in_a_sentence_is_displayed_with_the_mark_behind_it() -> None:
    wide = "+".join(f"a_{{{i}}}b_{{{i}}}c_{{{i}}}" for i in range(20))
    made = fitted(f"The sum ${wide}$, of twenty terms.")
    assert made.startswith("The sum $$\\begin{aligned}")
    assert made.endswith("\\end{aligned},$$ of twenty terms.")
    assert "$$" not in fitted(f"The sum ${wide}$.", displays=False)


def test_quantities_that_are_named_stand_below_the_expression() -> None:
    value = "+".join(f"a_{{{i}}}^{{2}}" for i in range(30))
    made = broken(rf"\left.x + y\right|_{{x={value},\ y={value}}}")
    assert r"\text{with }" in made
    assert made.index("x+y") < made.index(r"\text{with }")


def test_a_recursion_is_printed_by_its_name() -> None:
    assert r"\Theta_{L}\left(-1\right)" in claim("F2.5").latex_statement
    everything = "".join(text for _, text in sentences())
    assert not re.search(r"\bIterate\b", everything)
    assert "mapsto" not in claim("F2.5").latex_statement
    step = sp.Lambda(sp.symbols("p q"), sp.Tuple(*sp.symbols("q p")))
    from sparse_limits.theory.formulas.iterate import Iterate

    assert "mapsto" in latex(Iterate(step, sp.Symbol("n"), (1, 2)), [])


def test_cells_show_both_sides_and_refuse_what_does_not_hold(capsys: pytest.CaptureFixture[str]) -> None:
    x = sp.Symbol("x")
    agree("a square", (x + 1) ** 2, x**2 + 2 * x + 1)
    differ("a cube", x**3, x**2)
    agree("alike", 2 * x, x + x)
    assert (
        capsys.readouterr().out
        == "a square: (x + 1)**2 = x**2 + 2*x + 1\na cube: x**3 ≠ x**2\nalike, both sides: 2*x\n"
    )
    with pytest.raises(ValueError, match="not found equal"):
        agree("a square", (x + 1) ** 2, x**2 + 1)
    with pytest.raises(ValueError, match="are equal"):
        differ("a square", (x + 1) ** 2, x**2 + 2 * x + 1)


@pytest.mark.parametrize("room", [6, 12, 20, 40])
def test_a_bar_in_the_middle_stays_on_the_line_of_its_brackets(room: int) -> None:
    """TeX knows `\\middle` there alone."""
    tau, *h = sp.symbols("tau h_1:4")
    series = sp.hyper([1], [sp.Rational(3, 2)] * 2, tau**2 / sum(map(sp.Abs, h)) ** 2)
    made = broken(sp.latex(10 * tau * series / sum(h) + 2 * series * sp.besselk(0, 2 * tau)), room)
    inside = [part.rpartition(r"{}_{1}F_{2}\left(")[2] for part in made.split(r"\middle|")[:-1]]
    assert len(inside) == 2
    assert not any(r"\begin{aligned}" in each for each in inside)


def test_results_of_cells_are_typeset_as_the_claims_are() -> None:
    """SymPy itself would write log."""
    kind = needs("IPython.core.interactiveshell").InteractiveShell
    x = sp.Symbol("x", positive=True)
    for value in (sp.log(x), sp.Matrix([[sp.log(x)]]), sp.Eq(x, sp.log(x))):
        shell = kind()
        assert "log" in shell.display_formatter.format(value)[0]["text/latex"]
        _typeset_results(shell)
        after = shell.display_formatter.format(value)[0]["text/latex"]
        assert "log" not in after
        assert r"\ln" in after
