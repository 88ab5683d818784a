"""Keys of draws: equal values share one, different values never, in every process."""

import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import partial, wraps
from types import MappingProxyType

import numpy as np
import pytest
import sympy as sp

from sparse_limits.numerics.keyed import key, keyed_seed, stream_key, stream_name


@dataclass
class Pair:
    first: object
    second: object


class Colour(Enum):
    RED = 1


def draw(rng, size):
    return rng.normal(size=size)


class Held:
    """What a module holds, with an object's and a class's method."""

    def of_object(self):
        return self

    @classmethod
    def of_class(cls):
        return cls


@wraps(draw)
def named_like_another(rng, size):
    return draw(rng, size)


F, G = sp.Function("f"), sp.Function("f", real=True)
ORDER = [("a", "f8"), ("b", "f8")]

DIFFERENT = (
    None, True, 1, 1.0, "1", b"1", Fraction(1), 1 + 0j, np.int64(1), np.float64(1), np.float32(1), np.array([1]), np.array([1.0]),
    np.array([[1.0]]), (1,), [(1,)], {1}, {1: 1}, range(1), sp.Integer(1), sp.Symbol("x"), sp.Symbol("x", positive=True),
    MappingProxyType({1: 1}), sp.Matrix([1]), Colour.RED, Pair(1, 2), Pair(2, 1), Colour, draw, np.linalg.norm, partial(draw, size=1), partial(draw, size=2),
    Held.of_class, Fraction(1, 3).limit_denominator, Fraction(1, 2).limit_denominator, F(sp.Symbol("x")), G(sp.Symbol("x")),
)  # fmt: skip


def test_different_values_have_different_keys():
    keys = [key(value) for value in DIFFERENT]
    assert len(set(keys)) == len(keys)


def test_long_arrays_that_differ_at_one_place_do_not_share_a_draw():
    one = np.zeros(2000)
    other = one.copy()
    other[1000] = 1e-300
    assert repr(one) == repr(other)
    assert key(one) != key(other)
    assert key(one) == key(one.copy()) == key(np.zeros(4000)[::2])


def test_keys_are_the_same_in_another_process():
    code = (
        "import numpy as np, sympy as sp; from sparse_limits.numerics.keyed import key; "
        "print(key((np.arange(5.0), sp.Symbol('x', positive=True), {'b', 'a', 'c'}, np.linalg.norm, print)))"
    )
    found = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "12"
    }
    assert len(found) == 1
    assert "0x" not in found.pop()


REFUSED = (
    lambda: 0, object(), np.array([object()]), (1, [lambda: 0]), iter([1]), Held().of_object, named_like_another, F,
    np.random.default_rng(1).normal, np.ma.array([1, 2], mask=[0, 1]), np.zeros(1, ORDER), np.zeros(1, ORDER[::-1]),
)  # fmt: skip


@pytest.mark.parametrize("value", REFUSED)
def test_what_has_no_lasting_name_is_refused(value):
    with pytest.raises(TypeError, match="expected"):
        key(value)


@stream_name("laws.Scale")
@dataclass(frozen=True)
class Scale:
    by: float


class Wider(Scale):
    """Another class, with its base's name only."""


def test_streams_know_code_by_explicit_names_alone():
    """So that code can move, and the numbers that it draws stay; what has no such name draws nothing."""
    assert stream_key(Scale(2.0)) == "laws.Scale(by=2.0)"
    assert stream_key(Scale) == "laws.Scale"
    for plain in (None, 1, 0.5, "a", (1, 2), {"a": [1]}, np.arange(3), sp.Symbol("x"), Fraction(1, 3)):
        assert stream_key(plain) == key(plain)
    for nameless in (Pair(1, 2), Pair, draw, Colour.RED, Wider(1.0), partial(draw, size=1), (1, [Pair(1, 2)])):
        with pytest.raises(TypeError, match="expected a `stream_name`"):
            stream_key(nameless)


def test_words_decide_the_stream():
    first, again, other = (np.random.default_rng(keyed_seed(0, *words)).random() for words in ("ab", "ab", "ac"))
    assert first == again != other
