"""Each public function refuses an argument of a wrong kind in one line that names it, before it does anything."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import numerics as sl
from numerics.arguments import InputError
from numerics.door import _kinds, _outer, check_kind, door

ODD = [None, True, 3, -1, 2.5, float("nan"), float("inf"), "", "text", b"x", [], [1], [[1]], {}, object(), 1j, len,
       np.zeros(0), np.zeros((0, 3)), np.array(["a"]), np.array(3)]  # fmt: skip
RIGHT = {"str": "x", "PathLike": Path("x"), "Path": Path("x"), "int": 1, "float": 0.5, "bool": False, "None": None, "Callable": len,
         "Sequence": [], "Iterable": [], "Mapping": {}}  # fmt: skip
PUBLIC = [
    name for name in sl.__all__ if name not in ("InputError", "prune")
]  # `prune` has two forms, each with its own checks


def parameters(name: str) -> Iterator[inspect.Parameter]:
    for each in inspect.signature(getattr(sl, name)).parameters.values():
        if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            yield each


def right(annotation: str) -> object:
    """A value that passes the door; of a class one by its name."""
    kinds = _kinds(annotation)
    if kinds is None:
        return None
    outer = _outer(kinds[0])
    return RIGHT[outer] if outer in RIGHT else type(outer, (), {})()


def refused(value: object, annotation: str) -> bool:
    try:
        check_kind("x", value, annotation)
    except InputError:
        return True
    return False


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_refuses_values_of_wrong_kinds(name: str) -> None:
    function, tried = getattr(sl, name), 0
    needed = {each.name: right(str(each.annotation)) for each in parameters(name) if each.default is each.empty}
    for each in parameters(name):
        for value in ODD:
            if refused(value, str(each.annotation)):
                tried += 1
                with pytest.raises(InputError) as error:
                    function(**{**needed, each.name: value})
                said = str(error.value)
                assert said.startswith(f"{each.name} is {value!r:.60}, expected ")
                assert "\n" not in said
    assert tried or name in ("cut_distance", "cut_norm", "ridge_predict", "sample_rank_one")  # arrays alone


@pytest.mark.parametrize(
    ("annotation", "taken", "not_taken"),
    [
        ("int", [3, np.int64(3)], [True, 2.5, "3", None, np.array(3.0)]),
        ("float", [3, 2.5, Fraction(1, 3), np.float32(0.5)], [True, "1/3", None, 1j]),
        ("bool", [True, np.True_], [0, 1, None, "yes"]),
        ("str | None", ["", None], [b"x", 3]),
        ("str | PathLike[str]", ["a", Path("a")], [3, None, b"a"]),
        (
            "Sequence[int] | None",
            [[1, 2], (1,), range(3), np.array([1, 2]), None],
            [3, "12", [1.5], {1: 2}, np.array(3)],
        ),
        ("Sequence[str | PathLike[str]]", [["a", Path("b")], ()], ["ab", [3]]),
        ("Callable[[str], object]", [len], [None, 3]),
        ("Callable[[int | str], object] | None", [len, None], [3]),
        ("Place", ["folder", Path("folder"), None], [True, 3]),
        ("ArrayLike | None", [3, None, "x", object()], []),
    ],
)
def test_kinds(annotation: str, taken: list[object], not_taken: list[object]) -> None:
    assert [value for value in taken if refused(value, annotation)] == []
    assert [value for value in not_taken if not refused(value, annotation)] == []


def test_what_is_meant_is_said_in_words() -> None:
    @door
    def asked(widths: Sequence[int] | None, mask: str | Path | Sequence[Path] = "", *rest: int) -> str:
        return "went through"

    assert asked([1]) == "went through"
    with pytest.raises(InputError, match=r"^widths is '12', expected a sequence, each a whole number or None$"):
        asked("12")
    with pytest.raises(InputError, match=r"^mask is 3, expected text, a path or a sequence, each a path$"):
        asked(None, 3)
    with pytest.raises(TypeError, match="missing 1 required"):
        asked()
