"""The tables of the pages on the hypothesis, computed again: the cut distance of two labels, and a mask beside its probabilities."""

import re

import numpy as np
import pytest
from helpers import ROOT
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import erfc, iti0k0, k0

import sparse_limits as sl


def printed(page, word, capsys):
    """The numbers that the cell with a word prints, below its heading, and the names that it leaves; the first cell runs before."""
    text = (ROOT / "book" / page).read_text("utf-8")
    cells = re.findall(r"^```\{code-cell\} python\n(?::[^\n]*\n)*(.*?)^```", text, re.MULTILINE | re.DOTALL)
    names = {}
    (table,) = (each for each in cells if word in each)
    first = "\n".join(line for line in cells[0].splitlines() if "plt" not in line)  # no pictures
    for cell in (first, table):
        exec(cell, names)
    lines = capsys.readouterr().out.splitlines()
    return [[float(each) for each in re.findall(r"[\d.]+", line)] for line in lines[1:]], names


def two(s):
    """P(|w| a > s) of two normals."""
    return 1 - 2 / np.pi * iti0k0(s)[1]


def three(t):
    """The same of three."""
    return quad(lambda b: two(t / b) * np.sqrt(2 / np.pi) * np.exp(-(b**2) / 2), 0, np.inf, limit=200)[0]


def modulus(density, r):
    """Half of the L¹ distance of sorted degrees of columns, without a second residual and with one of modulus r."""
    one = brentq(lambda t: three(t) / 4 - density, 1e-6, 9)
    both = brentq(lambda t: (three(t) + three(t / r)) / 4 - density, 1e-6, 9)

    def apart(s):
        shares = erfc(both / s / 2**0.5) + erfc(both / (r * s) / 2**0.5) - erfc(one / s / 2**0.5)
        return abs(shares) / 2 * k0(s) / np.pi

    return sum(quad(apart, *ends, limit=200)[0] for ends in ((0, 0.1), (0.1, 1), (1, 3), (3, 40))) / 2


def test_the_cut_distances_of_the_page_are_just_below_the_integral_of_the_modulus(capsys):
    rows, _ = printed("hypothesis.md", "cut distance at least", capsys)
    assert [(density, r) for density, r, _ in rows] == [(0.2, 1), (0.2, 0.5), (0.2, 0.01), (0.05, 1), (0.05, 0.5)]
    for density, r, least in rows:
        whole = modulus(density, r)
        assert least <= whole, (density, r)
        assert r < 0.5 or least > 0.999 * whole - 1e-5, (density, r)  # the cuts are those of the larger residuals
    assert rows[0][2] > 20 * rows[2][2] > 0  # the control: the second limit becomes the first


def test_a_mask_is_as_near_to_its_probabilities_as_independent_entries(capsys):
    rows, names = printed("hypothesis_signals.md", "sl.cut_norm", capsys)
    assert [row[0] for row in rows] == [100, 200, 400]
    for _, low, high, low_of_coins, high_of_coins in rows:
        assert high < 1.3 * low_of_coins
        assert high_of_coins < 1.3 * low
    scaled = [low * size**0.5 for size, low, *_ in rows]
    assert max(scaled) < 1.2 * min(scaled)
    mask, probabilities = names["mask"], names["P"]
    assert probabilities.sum() == pytest.approx(mask.sum())  # the threshold of the claim
    assert rows[-1][2] < sl.cut_norm(mask - mask.mean()).lower / 3  # not as near to a constant
