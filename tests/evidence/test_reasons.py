"""Reasons beside a proof and wrong forms of a formula: what meets what, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest
import sympy as sp
from helpers import ROOT

from sparse_limits.numerics.evidence import CheckResult, reasons, run, scaled
from sparse_limits.numerics.ledger.verification import assembled
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.reasons import Reasons, holds, nonnegative, same

x = sp.Symbol("x", positive=True)
square = x**2
slope = 2 * x


def made(
    because: Mapping[str, Reasons] | None = None, wrong: Mapping[str, Mapping[str, object]] | None = None
) -> Claim:
    """A square and its slope, with other reasons or wrong forms."""
    usual: dict[str, Reasons] = {"slope": lambda square, slope: same(sp.diff(square, x), slope)}
    return Claim(
        label="X1",
        title="A slope",
        statement="The slope of $[[square]]$ is $[[slope]]$.",
        source=Source(),
        provenance=Provenance.EXTENSION,
        proof=Proof.PROVED,
        steps=proof("square (a definition): It is $[[square]]$.\n\nslope (from square): $[[slope]]$.", globals()),
        because=usual if because is None else because,
        wrong=lambda: {} if wrong is None else wrong,
    )


def results(claim: Claim) -> tuple[list[CheckResult], tuple[str, ...]]:
    """What became of its reasons, and what the claim lacks."""
    checks = reasons(claim)
    found = [run(check) for check in checks]
    outcome = assembled(Entry("a_slope", "x", claim), checks, {(each.label, each.name): each for each in found})
    return found, outcome.unchecked


def test_what_a_reason_takes_is_multiplied() -> None:
    (found,), lacking = results(made())
    assert (found.status, found.step, lacking) == ("holds", "slope", ())
    assert {(each.replaces, each.name) for each in found.controls} == {
        (("square",), "10 % more"),
        (("slope",), "10 % more"),
    }


def test_a_wrong_form_meets_every_check_and_one_must_refute_it() -> None:
    cube, moved = {"cube": x**3}, {"moved": x**2 + 1}
    because: dict[str, Reasons] = {
        "slope": (
            lambda square, slope: same(sp.diff(square, x), slope),
            lambda square, slope: (same(square, x * x), nonnegative(slope, 2 * x)),
        )
    }
    first, second = results(made(because, {"square": {**cube, **moved}}))[0]
    assert first.passed == ("square: moved",)  # a constant has no slope
    assert second.passed == ()
    assert results(made(because, {"square": {**cube, **moved}}))[1] == ()
    assert results(made(wrong={"square": {**cube, **moved}}))[1] == ("wrong form 'moved' of square",)


def test_a_reason_that_refutes_no_wrong_form_is_an_error() -> None:
    (found,), _ = results(made({"slope": lambda slope: holds(slope is not None, "there is one")}))
    assert found.status == "error"
    assert found.detail == "the check refutes no wrong form of slope"


@pytest.mark.parametrize(
    ("because", "says"),
    [
        ({"curvature": lambda slope: same(slope, 2 * x)}, "is of the step 'curvature', which is none of X1"),
        ({"square": lambda square: same(square, x * x)}, "is of the step 'square', which is"),
        ({"slope": lambda square: same(square, x * x)}, "takes nothing that the step 'slope' gives"),
        ({"slope": lambda slope, other: same(slope, other)}, "takes 'other', which is no expression of X1"),
    ],
)
def test_a_reason_of_nothing_is_refused(because: Mapping[str, Reasons], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        reasons(made(because))


def test_a_wrong_form_of_nothing_or_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'cube' has wrong forms, and is nothing of the claim"):
        reasons(made(wrong={"cube": {"square": x**2}}))
    with pytest.raises(ValueError, match="the wrong form 'itself' of square is square itself"):
        reasons(made(wrong={"square": {"itself": x * x}}))


def test_multiples_are_of_the_formulas_inside() -> None:
    assert [name for name, _ in scaled(sp.S.Zero)] == ["1"]
    assert dict(scaled((x, sp.S.Zero)))["1"] == (x, 1)
    assert dict(scaled(sp.Matrix([[x]])))["the other sign"] == sp.Matrix([[-x]])
    assert list(scaled("no formula")) == []


def test_every_wrong_form_of_the_ledger_has_a_formula_that_a_check_takes(ledger_run) -> None:
    refuted = {
        (claim.entry.label, each.replaces, each.name)
        for claim in ledger_run.claims
        for check in claim.checks
        for each in check.controls
        if each.status == "refuted"
    }
    forms = {
        (entry.label, (name,), form)
        for entry in load_ledger()
        for name, each in entry.claim.wrong_forms.items()
        for form in each
    }
    assert len(forms) > 4000
    assert not forms - refuted


def test_the_theory_needs_sympy_and_mpmath_alone() -> None:
    """With its proofs, reasons and wrong forms, as a browser has it."""
    code = """
import sys
class Only:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "sympy", "mpmath", "sparse_limits"}:
            raise ImportError(name)
        if name.startswith("sparse_limits.numerics"):
            raise ImportError(name)
sys.meta_path.insert(0, Only())
from sparse_limits.theory.ledger import load_ledger
claims = [entry.claim for entry in load_ledger()]
print(sum(len(claim.because) for claim in claims) > 1000, sum(bool(claim.wrong_forms) for claim in claims) > 200)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout.split() == ["True", "True"], done.stderr
