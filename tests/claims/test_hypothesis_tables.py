"""The tables of the pages on the hypothesis, computed again: the cut distance of two labels, and a mask beside its probabilities."""

import re

import numpy as np
import pytest
from helpers import ROOT
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import erf, erfc, iti0k0, k0

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
    return [[float(each) for each in re.findall(r"-?[\d.]+", line)] for line in lines[1:]], names


def two(s):
    """P(|w| a > s) of two normals."""
    return 1 - 2 / np.pi * iti0k0(s)[1]


def three(t):
    """The same of three."""
    return quad(lambda b: two(t / b) * np.sqrt(2 / np.pi) * np.exp(-(b**2) / 2), 0, np.inf, limit=200)[0]


def thresholds(density, r):
    """Without a second residual, and with one of modulus r."""
    one = brentq(lambda t: three(t) / 4 - density, 1e-6, 9)
    return one, brentq(lambda t: (three(t) + three(t / r)) / 4 - density, 1e-6, 9)


def modulus(density, r, other=0.0):
    """Half of the L¹ distance of sorted degrees of columns, with a second residual of modulus r and with another one, or none."""

    def shares(t, residual, s):
        return erfc(t / s / 2**0.5) + (erfc(t / (residual * s) / 2**0.5) if residual else 0)

    one, both = thresholds(density, r)
    first = thresholds(density, other)[1] if other else one

    def apart(s):
        return abs(shares(both, r, s) - shares(first, other, s)) / 2 * k0(s) / np.pi

    return sum(quad(apart, *ends, limit=200)[0] for ends in ((0, 0.1), (0.1, 1), (1, 3), (3, 40))) / 2


def test_the_cut_distances_of_the_page_are_just_below_the_integral_of_the_modulus(capsys):
    rows, _ = printed("hypothesis.md", "cut distance at least", capsys)
    assert [(density, r) for density, r, _ in rows] == [(0.2, 1), (0.2, 0.5), (0.2, 0.01), (0.05, 1), (0.05, 0.5)]
    for density, r, least in rows:
        whole = modulus(density, r)
        assert least <= whole, (density, r)
        assert r < 0.5 or least > 0.999 * whole - 1e-5, (density, r)  # the cuts are those of the larger residuals
    assert rows[0][2] > 20 * rows[2][2] > 0  # the control: the second limit becomes the first


def test_two_residuals_other_than_zero_are_apart_by_nearly_the_integral_of_the_modulus(capsys):
    rows, _ = printed("hypothesis.md", "least_residuals", capsys)
    assert [row[:-1] for row in rows] == [[0.2, 1, 1, 1, 0.5], [0.05, 1, 1, 1, 0.5]]
    for density, *_, least in rows:
        assert 0.999 * modulus(density, 1, 0.5) < least < modulus(density, 1, 0.5)


def modulus_of_rows(density, r):
    """The same of rows: shares above degrees on a grid, of rows with one open gate and with two."""
    one, both = thresholds(density, r)
    values, degrees = np.geomspace(1e-7, 60, 40_000)[::-1], (np.arange(100_000) + 0.5) / 100_000
    chances = two(values)

    def above(threshold, chances):
        """The chance that a row's readout weight takes it above the degrees, if its degree is half of these chances."""
        return erfc(threshold / np.interp(2 * degrees, chances, values) / 2**0.5)

    first = above(one, chances) / 2
    second = (above(both, chances) + above(both / r, chances) + above(both, chances + two(values / r))) / 4
    assert first.mean() == pytest.approx(density, abs=1e-5)
    assert second.mean() == pytest.approx(density, abs=1e-5)
    return np.abs(second - first).mean() / 2


def test_the_cut_distances_by_rows_are_just_below_the_integral_of_the_modulus(capsys):
    rows, _ = printed("hypothesis_rows.md", "H7[", capsys)
    assert [(density, r) for density, r, _ in rows] == [(0.2, 1), (0.2, 0.5), (0.2, 0.01), (0.05, 1), (0.05, 0.5)]
    for density, r, least in rows:
        whole = modulus_of_rows(density, r)
        assert least <= whole, (density, r)
        assert r < 0.5 or least > 0.999 * whole - 1e-5, (density, r)  # the cuts are those of the larger residuals
        assert whole < modulus(density, r), (density, r)  # the page says that columns give more
    assert rows[0][2] > 10 * rows[2][2] > 0  # the control: the second limit becomes the first


def shares_of_rows(density, sign):
    """The shares of rows above degrees on a grid, for two orthogonal samples with the residuals (1, sign)."""
    both_open = 1 / 4 + np.arcsin(1 / np.pi) / 2 / np.pi
    values, degrees = np.geomspace(1e-5, 60, 10_000)[::-1], (np.arange(100_000) + 0.5) / 100_000
    nodes, weights = np.polynomial.legendre.leggauss(300)
    y = 8 * (1 + nodes)  # the sum of two activations, or the modulus of their difference
    weights = 8 * weights * 2 / np.pi**0.5 * (erf(y / 2) if sign > 0 else erfc(y / 2)) * np.exp(-(y**2) / 4)
    single, both = two(values), two(values) + erfc(values[:, None] / y / 2**0.5) @ weights / 2
    at_single, at_both = (np.interp(2 * degrees, chances, values) * 2**0.5 for chances in (single, both))

    def above(t):
        return (1 - 2 * both_open) * erfc(t / at_single) + both_open * erfc(t / at_both)

    if sign == 0:
        return erfc(thresholds(density, 1)[0] / at_single) / 2
    return above(brentq(lambda t: above(t).mean() - density, 0.01, 9))


def test_the_cut_distances_of_orthogonal_samples_are_just_below_the_integral_of_the_modulus(capsys):
    rows, _ = printed("hypothesis_rows.md", "least_signs", capsys)
    assert len(rows) == 6
    for _, first, _, second, density, least in rows:
        whole = np.abs(shares_of_rows(density, first) - shares_of_rows(density, second)).mean() / 2
        assert 0.999 * whole - 1e-5 < least <= whole, (first, second, density)


def test_a_mask_is_as_near_to_its_probabilities_as_independent_entries(capsys):
    rows, names = printed("hypothesis_signals.md", "sl.cut_norm", capsys)
    assert [row[0] for row in rows] == [100, 200, 400]
    for _, low, high, low_of_coins, high_of_coins, bound in rows:
        assert high < 1.3 * low_of_coins
        assert high_of_coins < 1.3 * low
        assert high < bound
    scaled = [low * size**0.5 for size, low, *_ in rows]
    assert max(scaled) < 1.2 * min(scaled)
    mask, probabilities = names["mask"], names["P"]
    assert probabilities.sum() == pytest.approx(mask.sum())  # the threshold of the claim
    assert rows[-1][2] < sl.cut_norm(mask - mask.mean()).lower / 3  # not as near to a constant
