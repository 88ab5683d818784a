"""What README.md and CONTRIBUTING.md show is run here as it stands."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

from numerics.balls import digits
from numerics.evidence import Check, run
from numerics.mutants import mutate
from theory.claims import Claim
from theory.saliency import product_graphon
from theory.saliency.model import phi, tau

ROOT = Path(__file__).parent.parent


def python_of(page: str) -> str:
    """The Python blocks of a page, one after the other."""
    return "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL))


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(python_of("README.md"), "README.md", "exec"), {"__name__": "readme_example"})
    number, *picture, distances, cycles = capsys.readouterr().out.splitlines()
    assert number == digits(product_graphon.expressions["integral_form"], {tau: 1, phi: sp.Rational(1, 2)}, 30)
    assert len(picture) == 8
    low, high, flat_low, flat_high = map(float, re.findall(r"\d\.\d+", distances))
    assert low <= high < flat_low <= flat_high
    assert 0 < Fraction(cycles) < 1


def test_the_worked_example_holds_and_leaves_no_survivor() -> None:
    namespace: dict[str, object] = {"__name__": "contributing_example"}
    exec(compile(python_of("CONTRIBUTING.md"), "CONTRIBUTING.md", "exec"), namespace)
    checks = [value for value in namespace.values() if isinstance(value, Check)]
    (claim,) = [value for value in namespace.values() if isinstance(value, Claim)]
    assert len(checks) == 2
    for check in checks:
        result = run(check)
        assert result.status == "holds", result.detail
        assert [control.status for control in result.controls] == ["refuted", "refuted"]
    result = mutate(claim, "modulus", checks)
    assert result.mutants > 10
    assert not result.survivors
    assert not result.equivalent
