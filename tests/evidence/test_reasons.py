"""Reasons beside a proof and wrong forms of a formula: what meets what, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping

import pytest
import sympy as sp
from helpers import ROOT

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import Check, CheckResult, Finding, Trial, control, exact, reasons, run, scaled
from sparse_limits.numerics.ledger.verification import assembled
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.ledger import TOPICS, claims_of, load_ledger
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.reasons import Reasons, holds, nonnegative, same

x = sp.Symbol("x", positive=True)
square = x**2
slope = 2 * x


def made(because: Mapping[str, Reasons] | None = None, wrong: Mapping[str, object] | None = None) -> Claim:
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


def test_multiples_are_counted_apart_from_the_wrong_forms_that_are_written() -> None:
    def counted(**forms: sp.Expr) -> tuple[int, int]:
        claim = made(wrong={f"square: {form}": value for form, value in forms.items()})
        checks = reasons(claim)
        found = assembled(
            Entry("a_slope", "x", claim), checks, {(each.label, each.name): each for each in map(run, checks)}
        )
        return found.wrong_forms[0], found.multiples

    assert counted(cube=x**3) == (3, 2)
    assert counted(**{"10 % more": x**3}) == (2, 1)  # it has the name of a multiple, and somebody wrote it


def test_a_wrong_form_meets_every_check_and_one_must_refute_it() -> None:
    wrong = {"square: cube": x**3, "square: moved": x**2 + 1}
    because: dict[str, Reasons] = {
        "slope": (
            lambda square, slope: same(sp.diff(square, x), slope),
            lambda square, slope: (same(square, x * x), nonnegative(slope, 2 * x)),
        )
    }
    first, second = results(made(because, wrong))[0]
    assert first.passed == ("square: moved",)  # a constant has no slope
    assert second.passed == ()
    assert results(made(because, wrong))[1] == ()
    assert results(made(wrong=wrong))[1] == ("wrong form 'moved' of square",)


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


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"cube: square": x**2}, "'cube: square' does not begin with the name of a formula and a colon"),
        ({"square": {"cube": x**3}}, "'square' does not begin with the name of a formula and a colon"),
        ({3: x**3}, "the wrong form 3 does not begin"),
        ({"square: itself": x * x}, "the wrong form 'itself' of square is square itself"),
    ],
)
def test_a_wrong_form_of_nothing_or_that_is_none_is_refused(wrong: Mapping[str, object], says: str) -> None:
    """Of the project's claims where a check needs it: its outcome is an error; of a ledger of one's own at once."""
    with pytest.raises(ValueError, match=says):
        _ = made(wrong=wrong).wrong_forms
    (found,), _ = results(made(wrong=wrong))
    assert found.status == "error"
    assert says in found.detail


def written_twice(claim: Claim, checks: Iterable[Check]) -> list[tuple[str, str]]:
    """Wrong forms of one formula that are equal, of the claim or of one of its checks: the names of both.

    Those of several formulas at once are not meant: the claim cannot give them, so each check that is to refute them has them.
    """
    written = [(name, form, value) for name, forms in claim.wrong_forms.items() for form, value in forms.items()]
    written += [
        (*each.changes, each.name, *each.changes.values())
        for check in checks
        for each in check.controls
        if not each.shared and len(each.changes) == 1
    ]
    return [
        (form, again)
        for place, (name, again, value) in enumerate(written)
        for other, form, before in written[:place]
        if other == name and type(before) is type(value) and before == value
    ]


def test_a_wrong_form_that_is_written_twice_is_found() -> None:
    claim = made(wrong={"square: cube": x**3, "square: a factor": x * x**2, "slope: cube": x**3})

    @exact(claim, step="slope")
    @control("of a cube", slope=3 * x**2, square=x**3)
    @control("the square of the root", slope=x)
    def slopes(square: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterable[Finding]:
        yield trial.same(sp.diff(square, x), slope)

    @exact(claim, step="slope")
    @control("of a cube", slope=3 * x**2, square=x**3)
    @control("the letter", slope=x)
    def slopes_again(square: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterable[Finding]:
        yield trial.same(sp.diff(square, x), slope)

    found = [("cube", "a factor"), ("the square of the root", "the letter")]
    assert written_twice(claim, (slopes, slopes_again)) == found
    assert written_twice(claim, (slopes,)) == found[:1]


@pytest.mark.parametrize("topic", TOPICS)
def test_no_wrong_form_of_the_ledger_is_written_twice(topic: str) -> None:
    checks = checks_of(topic)
    found = {
        claim.label: twice
        for claim in claims_of(topic).values()
        if (twice := written_twice(claim, [each for each in checks if each.claim is claim]))
    }
    assert not found


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
from sparse_limits.theory.ledger import TOPICS, claims_of, load_ledger
claims = [entry.claim for entry in load_ledger()]
print(sum(len(claim.because) for claim in claims) > 1000, sum(bool(claim.wrong_forms) for claim in claims) > 200)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout.split() == ["True", "True"], done.stderr
