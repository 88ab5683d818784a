"""The table of errata.md on arXiv:2510.17515, section by section: each row has a case beside it, with the figures of its claim."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sympy as sp
from helpers import ROOT

from sparse_limits.theory.claims import Claim
from sparse_limits.theory.hypothesis.critical_density import rho_c
from sparse_limits.theory.kernel.dual import depth
from sparse_limits.theory.kernel.graphon_recursion import covariance, gradient, weight
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.saliency.model import rho

LEDGER = load_ledger()
HALF = sp.Rational(1, 2)
HEADER = "| section | what it has | for masks | a small case |"


def claim(label: str) -> Claim:
    return LEDGER[label].claim


def rows() -> list[list[str]]:
    _, _, table = (ROOT / "book" / "errata.md").read_text("utf-8").partition(HEADER)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.strip().splitlines()[1:]]


def row(label: str) -> str:
    """The small case beside a claim."""
    (found,) = (case for section, _, told, case in rows() if f"{{claimref}}`{label}`" in told and section != "B")
    return found


def test_each_section_has_a_case_beside_it() -> None:
    assert [section for section, *_ in rows()] == ["4.2", *["4.3"] * 3, "5.1", "5.2", *["5.3"] * 3, "B", "6"]
    assert all(len(cells) == 4 and all(cells) for cells in rows())
    without = [section for section, _, _, case in rows() if case.startswith("none")]
    assert without == ["5.3", "6"]  # what holds, and what is measured only


def test_a_row_is_about_a_section_that_its_claims_name() -> None:
    for section, had, told, _ in rows()[:-1]:
        labels = re.findall(r"claimref\}`([^`]+)`", had + told)
        texts = [claim(each).source.place + "".join(form.by for form in claim(each).pitfalls) for each in labels]
        assert (
            any(re.search(rf"([Ss]ection|appendix) {re.escape(section)}\b", text) for text in texts) or section == "5.2"
        ), section


def cases() -> dict[str, list[sp.Expr]]:
    weights = claim("K4").aids["four_weights"]
    large = [weight for weight in weights if abs(weight) > 1]
    share, carried = sp.Rational(len(large), len(weights)), sum(weight**2 for weight in large) / len(weights)
    checker = [HALF + sp.Rational(2, 5) * sign for sign in (1, -1)]
    return {
        "G10.3": [*checker, sum(checker) / 2],
        "H4": [claim("H4").expressions["corner"].subs(rho, HALF)],
        "H6.1": [sp.Rational(1, 5)],
        "K4": [share + 2 * carried, 3 * share],
        "K2": [claim("K2").aids["one_edge"]],
        "K3": [claim("K3").expressions["ratio"].subs({rho: claim("K3").aids["two_weights"], depth: 1})],
    }


@pytest.mark.parametrize("label", ["G10.3", "H4", "H6.1", "K4", "K2", "K3"])
def test_a_case_has_the_figures_of_its_claim(label: str) -> None:
    figures = re.findall(r"\\frac\{\d+\}\{\d+\}", row(label))
    assert {sp.latex(each) for each in cases()[label]} <= set(figures), figures


def test_the_share_of_empty_neurons_is_that_of_the_claim() -> None:
    formulas = claim("H6.1").expressions
    share = formulas["dead"].subs({rho: sp.Rational(1, 5), rho_c: formulas["critical_normal"]})
    assert f"${float(share):.4f}$" in row("H6.1")


def at(formula: sp.Expr, **values: sp.Expr) -> sp.Expr:
    """A formula of H5 with constants for the functions of a position."""
    functions = {"weight": weight, "covariance": covariance, "gradient": gradient}
    for name, value in values.items():
        formula = formula.replace(functions[name], lambda *_, value=value: value)
    return formula.doit()


def kernel_of_variances(c: sp.Expr, activation: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """The kernel of H5 at x = x′ = 1, with one hidden layer and the variance c of all weights."""
    z = sp.Symbol("z", real=True)
    formulas = claim("H5").expressions

    def mean(of: sp.Expr) -> sp.Expr:
        """Over a normal preactivation of the variance c."""
        return sp.Integral(
            of.subs(z, sp.sqrt(c) * z) * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, -sp.oo, sp.oo)
        ).evalf()

    arriving = at(formulas["backward"], weight=c, gradient=sp.Integer(1))
    hidden = at(
        formulas["own_layer"], gradient=mean(sp.diff(activation(z), z) ** 2) * arriving, covariance=sp.Integer(1)
    )
    return hidden + at(formulas["own_layer"], gradient=sp.Integer(1), covariance=mean(activation(z) ** 2))


def test_the_factor_of_a_constant_graphon_is_that_of_relu() -> None:
    """Not that of the sine, whose kernel at the variance 1 is 1; with ReLU it is the variance."""
    quarter = sp.Rational(1, 4)
    assert kernel_of_variances(sp.Integer(1), sp.sin) == pytest.approx(1)
    assert f"the kernel is ${float(kernel_of_variances(quarter, sp.sin)):.3f}$ on average" in row("H5")
    dense, quartered = (kernel_of_variances(c, lambda z: sp.sqrt(2) * sp.Max(z, 0)) for c in (sp.Integer(1), quarter))
    assert quartered / dense == pytest.approx(float(quarter))


def test_the_activation_integral_of_appendix_b_falls_with_every_layer() -> None:
    """Of ReLU at x = x′ with ‖x‖² = d, layer by layer by H5; it is as the printed formula says, at other variances as well."""
    _, _, told, case = next(cells for cells in rows() if cells[0] == "B")
    assert r"(\frac c2)^{l-1}\lVert x\rVert^2/d$" in told
    z = sp.Symbol("z", positive=True)
    for c in (HALF, sp.Integer(1), sp.Rational(1, 5)):
        integrals = [sp.Integer(1)]
        while len(integrals) < 4:
            variance = at(claim("H5").expressions["forward"], weight=c, covariance=integrals[-1])
            density = sp.exp(-(z**2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)
            integrals.append(sp.simplify(sp.integrate(z**2 * density, (z, 0, sp.oo))))
        assert integrals == [(c / 2) ** layer for layer in range(4)]
        printed = ", ".join(f"${sp.latex(each)}$" for each in integrals)
        assert (printed in case) == (c >= HALF)


def test_half_of_the_columns_have_scores_if_one_residual_is_zero() -> None:
    formulas = claim("H2").expressions
    assert (formulas["alive_one"], formulas["alive_two"]) == (HALF, 1)
    assert "with $(1,0)$ only half of them" in row("H2")
