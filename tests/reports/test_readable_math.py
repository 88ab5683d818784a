"""Formulas on the terminal: Unicode, without LaTeX, and grouped as the formula is."""

import re

import pytest

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.printing.readable_math import flowed, readable
from sparse_limits.theory.ledger import load_ledger


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"$\frac{a}{b}$", "a/b"),
        (r"$\frac{a}{bc}$", "a/(bc)"),
        (r"$\frac{a}{b(c)}x$", "(a/(b(c)))x"),
        (r"$\frac{a+1}{2}$", "(a+1)/2"),
        (r"$\tfrac12 x^2$", "(1/2) x²"),
        (r"$x+\frac12$ is it", "x+1/2 is it"),
        (r"$\frac{K_0(t)}{2}$", "K₀(t)/2"),
        (r"$\ln\frac1x$", "ln(1/x)"),
        (r"$a\ln x$", "a ln x"),
        (r"$K^{\underline r}$", "K^(r\u0332)"),
        (r"$\cot\frac g2$, $A\triangle B$", "cot(g/2), A△ B"),
        (r"$\sin^2\frac\theta2$", "sin²(θ/2)"),
        (r"$\sqrt{x + 1}\,\sqrt2$", "√(x + 1) √2"),
        (r"$\sqrt[3]{x}$", "³√x"),
        (r"$x^{n+1}+x_{i j}+e^{-t/2}$", "xⁿ⁺¹+x_(i j)+e^(-t/2)"),
        (r"$\binom{2 k}{k}\ne\|x\|$", "C(2 k, k)≠‖x‖"),
        (r"$\operatorname{erf}^{-1}{\left(u \right)}$", "erf⁻¹(u)"),
        (r"the set $\{1,2\}$ of `x_1`", "the set {1,2} of `x_1`"),
        ("no formula: 5^2", "no formula: 5^2"),
        (r"10 % of $x$ -- ~{a} `\\b` ``c'' & # $y$ % z", r"10 % of x -- ~{a} `\\b` ``c'' & # y % z"),
    ],
)
def test_formulas_are_read_as_they_are(latex, shown):
    assert readable(latex) == shown


LAID_OUT = {
    "left",
    "right",
    "middle",
    "big",
    "Big",
    "bigl",
    "bigr",
    "limits",
    "rm",
    "quad",
    "qquad",
    "tag",
    "begin",
    "end",
}
FONTS = {
    "mathcal",
    "mathbb",
    "mathbf",
    "mathrm",
    "operatorname",
    "text",
    "substack",
}  # of what stands behind, which is shown


def test_every_sign_of_a_claim_is_shown():
    """A macro that the printer does not know would vanish, and leave another formula."""
    for entry in load_ledger():
        said = [entry.claim.latex_statement, *(step.sentence for step in entry.claim.steps)]
        for macro in set(re.findall(r"(?<!\\)\\([A-Za-z]+)", " ".join(said))) - LAID_OUT - FONTS:
            assert len(readable(rf"$x\{macro}{{a}}{{b}}y$").replace(" ", "")) > len("xaby"), macro


def test_no_latex_is_left_of_any_sentence_of_the_ledger():
    for entry in load_ledger():
        claim = entry.claim
        for sentence in (claim.latex_statement, *claim.latex_proof, *claim.latex_remarks):
            assert not re.search(r"[$\\\ue000-\ue004]", readable(sentence)), (entry.label, sentence)


def test_show_prints_no_latex(capsys):
    assert main(["show", "N1"]) == 0
    printed = capsys.readouterr().out
    assert "Statement" in printed
    assert not re.search(r"[$\\]", printed)


def test_flowed_statements_lose_nothing_but_line_breaks() -> None:
    for entry in load_ledger():
        text = entry.claim.latex_statement
        assert "".join(flowed(text).replace("$", "").split()) == "".join(text.replace("$", "").split()), entry.label
    assert flowed("Let\n$$a\n- b.$$\n* one\n* two") == "Let\n    $a - b.$\n* one\n* two"
