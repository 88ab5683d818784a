"""CONTRIBUTING.md teaches by an example; the example is run here as it stands."""

import re
from pathlib import Path

from numerics.evidence import Check, run
from numerics.mutants import mutate
from theory.claims import Claim

PAGE = Path(__file__).parent.parent / "CONTRIBUTING.md"


def test_the_worked_example_holds_and_leaves_no_survivor() -> None:
    source = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    namespace: dict[str, object] = {"__name__": "contributing_example"}
    exec(compile(source, str(PAGE), "exec"), namespace)
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
