"""Each public function takes what it is given, or refuses it in one line: no other error comes out, whatever the kind of an argument."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import sparse_limits as sl
from sparse_limits.numerics.door import OF_THE_DATA, _kinds, door, of_wrong_kind
from sparse_limits.numerics.exact import balls

ODD = [None, True, 3, -1, 2.5, float("nan"), float("inf"), "", "text", b"x", [], [1], [[1]], {}, object(), 1j, len,
       np.zeros(0), np.zeros((0, 3)), np.array(["a"]), np.array(3)]  # fmt: skip
RNG = np.random.default_rng(0)
MASK, X, Y = RNG.random((8, 6)) < 0.4, RNG.normal(size=(7, 6)), RNG.normal(size=(7, 1))
NETWORK = sl.random_network((6, 5, 1), 0)
SMALL = {"methods": ("magnitude",), "networks": 1, "units": 64, "samples": 20}
CALLS = {  # of each public function, as little work as there is
    "FullyConnected": {"widths": (8,)},
    "KernelSettings": {},
    "DataSource": {"source": "none.csv"},
    "account": {"found": sl.fit(MASK)},
    "certify": {"ticket": None, "x": X},
    "check": {"file": "none.json"},
    "check_ticket": {"path": "none.json"},
    "cluster": {"address": "local:0"},
    "compare_methods": {"data": "digits", "network": (8,), "units": 64, "samples": 20},
    "compare_predictors": {"method": "magnitude", "data": "digits", "width": (8,), "networks": 1},
    "corrected_singular_values": {"mask": MASK, "count": 1},
    "cut_distance": {"mask": MASK, "graphon": 0.4},
    "cut_norm": {"A": MASK * 1.0},
    "dense_kernel": {"x": X},
    "enclose": {"expression": sp.pi},
    "evaluate": {"label": "S4", "expression": "column_density"},
    "explain": {"mask": MASK, "setting": sl.load_data("digits", labels="is0"), "rows": 500},
    "find_ticket": {"target": [], "width": 3, "eps": 0.1},
    "fit": {"mask": MASK},
    "fit_layers": {"mask": "none.npz"},
    "global_mask": {"scores": X, "density": 0.5},
    "graphon_kernel": {"x": X, "layers": []},
    "limit": {"most": "8G"},
    "load_data": {"source": "digits"},
    "load_mask": {"path": "none.npy"},
    "motif_density": {"mask": MASK, "motif": None},
    "predict": {"method": "magnitude", "data": "digits", "network": (8,), "networks": 1, "units": 64, "samples": 20},
    "random_network": {"widths": (6, 5, 1), "rng": 0},
    "report": {"data": "digits", "network": (8,), **SMALL},
    "ridge_predict": {"kernel": np.eye(3), "test_kernel": np.eye(3), "y": np.ones((3, 1))},
    "saliency": {"method": "snip", "network": NETWORK, "x": X, "residual": Y},
    "sample_mask": {
        "kernel": lambda u, v: 0.5 + 0 * u * v,
        "u": np.linspace(0, 1, 4),
        "v": np.linspace(0, 1, 3),
        "rng": 0,
    },
    "sample_rank_one": {"p": np.full(4, 0.5), "q": np.full(3, 0.5), "rng": 0},
    "scan_mask": {"mask": MASK},
    "smoothed": {"mask": MASK, "blocks": 2},
    "stable_step": {"network": NETWORK, "x": X},
    "study": {"name": "none"},
    "sweep": {"plan": "none.toml"},
    "tangent_kernel": {"network": NETWORK, "x": X},
    "ticket": {"target": "none"},
    "train": {"network": NETWORK, "x": X, "y": Y, "step": 0.01, "steps": 2},
    "verdict": {"found": sl.fit(MASK)},
}
DOCUMENTED = (
    sl.InputError,
    MemoryError,
    balls.NoEnclosureError,
)  # the last one says that pi has no enclosure in 3 bits


ELSEWHERE = ("mutate", "prune", "verify")  # runs of the ledger, and two forms with checks of their own


def test_every_public_function_is_called_here() -> None:
    assert CALLS.keys() == {*sl.__all__} - {"InputError", *ELSEWHERE}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_public_function_takes_a_value_or_says_in_a_line_what_it_expects(name: str) -> None:
    function = getattr(sl, name)
    for each in inspect.signature(function).parameters.values():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        for value in ODD:
            if not refused(value, str(each.annotation)) and _kinds(str(each.annotation)) is not None:
                continue  # of the right kind: other tests ask what becomes of it
            with suppress(*DOCUMENTED):  # as long as it takes: libraries do not bear to be cut short
                function(**{**CALLS[name], each.name: value})


def refused(value: object, annotation: str) -> bool:
    return of_wrong_kind("x", value, annotation) != ""


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
        ("FilePath | Sequence[FilePath]", ["a", Path("a"), ["a", Path("b")]], [3, None, b"a", [3]]),
        ("Place", ["folder", Path("folder"), None], [True, 3]),
        ("ArrayLike | None", [3, None, "x", object()], []),
    ],
)
def test_kinds(annotation: str, taken: list[object], not_taken: list[object]) -> None:
    assert [value for value in taken if refused(value, annotation)] == []
    assert [value for value in not_taken if not refused(value, annotation)] == []


def test_what_describes_data_is_what_a_source_has() -> None:
    source, *others = [each.name for each in fields(sl.DataSource)]
    assert (source, tuple(others)) == ("source", OF_THE_DATA)


def test_a_switch_behind_any_number_of_values_is_given_by_name_alone() -> None:
    @door
    def listed(label: str, *values: str, exact: bool = False, keep: bool = False) -> int:
        return len(values)

    assert listed("E1", "v_1=1/4", "v_2=1/2", "v_3=3/4", exact=True) == 3
    with pytest.raises(sl.InputError, match=r"^keep is 'a', expected True or False$"):
        listed("E1", "v_1=1/4", "v_2=1/2", keep="a")


def test_what_is_meant_is_said_in_words() -> None:
    @door
    def asked(widths: Sequence[int] | None, mask: str | Path | Sequence[Path] = "", *rest: int) -> str:
        if rest:
            raise sl.InputError("in its own words")
        return {}["nothing"]  # an error whatever is given

    with pytest.raises(sl.InputError, match=r"^widths is '12', expected a sequence, each a whole number or None$"):
        asked("12")
    with pytest.raises(sl.InputError, match=r"^mask is 3, expected text, a path or a sequence, each a path$"):
        asked(None, 3)
    with pytest.raises(TypeError, match="missing 1 required"):
        asked()
    with pytest.raises(sl.InputError, match="in its own words"):
        asked("12", "", 1)
    with pytest.raises(KeyError):
        asked([1])  # of the right kind: the error is not the argument's
