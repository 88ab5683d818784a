"""`fit BEFORE AFTER` names the rule by which masks follow from the weights before, where they do so entry by entry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.fitting.choices import edge_of, rules_of

SHAPES = {"0": (60, 20), "2": (30, 60), "4": (10, 30)}
SCALES = {"0": 1.0, "2": 0.3, "4": 0.7}
Arrays = dict[str, np.ndarray]


def drawn(seed: int = 0, dtype: type = np.float32) -> Arrays:
    rng = np.random.default_rng(seed)
    return {name: (SCALES[name] * rng.standard_normal(shape)).astype(dtype) for name, shape in SHAPES.items()}


def above(scores: Arrays, density: float) -> Arrays:
    """The largest of all scores."""
    level = np.quantile(np.concatenate([score.ravel() for score in scores.values()]), 1 - density)
    return {name: score > level for name, score in scores.items()}


def lamp_scores(weights: Arrays) -> Arrays:
    """As those who proposed LAMP compute them, in single precision: what is left of a sum that is taken away from."""
    found = {}
    for name, weight in weights.items():
        squares = (weight**2).ravel()
        order = np.argsort(squares)
        ranked = squares[order]
        before = np.concatenate([np.zeros(1, squares.dtype), np.cumsum(ranked, dtype=squares.dtype)[:-1]])
        found[name] = np.empty_like(squares)
        found[name][order] = ranked / (squares.sum(dtype=squares.dtype) - before)
        found[name] = found[name].reshape(weight.shape)
    return found


def by_rule(weights: Arrays, rule: str, density: float = 0.2) -> Arrays:
    if rule == "lamp":
        return above(lamp_scores(weights), density)
    moduli = {name: np.abs(weight) for name, weight in weights.items()}
    if rule == "global magnitude":
        return above(moduli, density)
    return {name: above({name: modulus}, density)[name] for name, modulus in moduli.items()}


def rules(folder: Path, weights: Arrays, masks: Arrays, **options: object) -> tuple[list[str], list[str]]:
    np.savez(folder / "before.npz", **{f"{name}.weight": weight for name, weight in weights.items()})
    np.savez(folder / "after.npz", **{f"{name}.weight_mask": mask for name, mask in masks.items()})
    (change,) = sl.fit_layers([folder / "before.npz", folder / "after.npz"], **options)["changes"]
    return change["rules"], change["ruled"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rule", ["lamp", "global magnitude", "magnitude layer by layer"])
def test_each_rule_is_named_and_no_other(tmp_path: Path, rule: str, dtype: type) -> None:
    weights = drawn(dtype=dtype)
    masks = by_rule(weights, rule)
    assert rules(tmp_path, weights, masks) == ([rule], list(SHAPES))
    kept, pruned = (np.flatnonzero(masks["2"] == which)[0] for which in (True, False))
    masks["2"].flat[[kept, pruned]] = masks["2"].flat[[pruned, kept]]  # one entry for another
    assert rules(tmp_path, weights, masks) == ([], [])


def test_the_command_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = drawn()
    rules(tmp_path, weights, by_rule(weights, "lamp"))
    page = tmp_path / "page.html"
    files = [str(tmp_path / name) for name in ("before.npz", "after.npz")]
    assert main(["fit", *files, "--html", str(page)]) == 0
    said = f"the masks of {files[1]} are, entry by entry up to ties, what LAMP (one threshold on its scores for all layers)"
    assert said in " ".join(capsys.readouterr().out.split())
    assert said in page.read_text()


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e200, 1e307])
@pytest.mark.parametrize("rule", ["lamp", "global magnitude", "magnitude layer by layer"])
def test_of_weights_of_any_size(tmp_path: Path, rule: str, scale: float) -> None:
    weights = drawn(dtype=np.float64)
    masks = by_rule(weights, rule)
    assert rules(tmp_path, {name: scale * weight for name, weight in weights.items()}, masks)[0] == [rule]


def test_layers_of_long_names_are_told_apart(tmp_path: Path) -> None:
    weights = drawn()
    masks = by_rule({"0": weights["0"], "2": weights["2"]}, "global magnitude")
    masks["2"] = np.random.default_rng(0).random(SHAPES["2"]) < 0.2
    names = {"2": 100 * "a", "0": 100 * "a" + "b"}
    assert rules(tmp_path, *({names[at]: held[at] for at in ("2", "0")} for held in (weights, masks))) == ([], [])
    masks["2"] = np.abs(weights["2"]) > 0.4
    found = rules(tmp_path, *({names[at]: held[at] for at in ("2", "0")} for held in (weights, masks)))
    assert found == (["magnitude layer by layer"], 2 * [79 * "a" + "…"])


def test_masks_of_other_origin_are_not_named(tmp_path: Path) -> None:
    weights, other = drawn(), drawn(1)
    assert rules(tmp_path, weights, by_rule(other, "lamp"))[0] == []  # of other weights, as those that training leaves
    assert rules(tmp_path, weights, {name: ~mask for name, mask in by_rule(weights, "lamp").items()})[0] == []
    assert rules(tmp_path, weights, {name: np.ones(shape, bool) for name, shape in SHAPES.items()})[0] == []
    equal = {name: np.ones(shape) for name, shape in SHAPES.items()}  # any mask keeps the largest, up to ties
    assert rules(tmp_path, equal, by_rule(weights, "lamp"))[0] == []
    sparse = {name: np.where(mask, weights[name], 0) for name, mask in by_rule(weights, "lamp").items()}
    assert rules(tmp_path, sparse, by_rule(weights, "lamp"))[0] == []  # nothing went from the one to the other


def test_a_few_weights_are_no_evidence() -> None:
    """A mask of three from which one is taken has its largest weights with chance 1/3."""
    moduli = np.array([1.0, 2.0, 3.0])
    assert rules_of([edge_of([(moduli, moduli > 1)], 2)]) == []
    many = np.arange(1.0, 15)  # C(14, 7) = 3432
    assert rules_of([edge_of([(many, many > 7)], 7)]) == ["magnitude"]
    tied = np.maximum(many, 9)  # nine equal ones, two of them kept: C(9, 2) = 36 masks do
    assert rules_of([edge_of([(tied, many > 7)], 7)]) == []


def test_layers_left_whole_are_left_aside(tmp_path: Path) -> None:
    weights = drawn()
    inner = {name: weights[name] for name in ("0", "2")}
    masks = by_rule(inner, "lamp", 0.1) | {"4": np.ones(SHAPES["4"], bool)}
    assert rules(tmp_path, weights, masks) == (["lamp"], ["0", "2"])
    masks = by_rule({"2": weights["2"]}, "lamp", 0.1) | {name: np.ones(SHAPES[name], bool) for name in ("0", "4")}
    assert rules(tmp_path, weights, masks) == (["magnitude"], ["2"])


def test_rounds_are_named_by_what_was_left_before(tmp_path: Path) -> None:
    """Zeros of the file before are neither kept nor pruned, whether as such or by a mask beside weights."""
    weights = drawn()
    first = by_rule(weights, "lamp", 0.5)
    sparse = {name: np.where(first[name], weight, 0) for name, weight in weights.items()}
    masks = above(lamp_scores(sparse), 0.2)
    assert rules(tmp_path, sparse, masks)[0] == ["lamp"]
    held = {f"{name}.weight_orig": 5 * (1 - first[name]) + weights[name] for name in SHAPES}
    np.savez(tmp_path / "before.npz", **held, **{f"{name}.weight_mask": mask for name, mask in first.items()})
    files = [tmp_path / "before.npz", tmp_path / "after.npz"]
    assert sl.fit_layers(files)["changes"][0]["rules"] == ["lamp"]
    np.savez(tmp_path / "before.npz", **{f"{name}.weight_mask": mask for name, mask in first.items()})
    assert sl.fit_layers(files)["changes"][0]["rules"] == []  # masks alone
    held["2.weight_orig"][np.nonzero(first["2"])[0][0], np.nonzero(first["2"])[1][0]] = np.nan
    np.savez(tmp_path / "before.npz", **held, **{f"{name}.weight_mask": mask for name, mask in first.items()})
    with pytest.raises(InputError, match=r"before.npz, 2.weight_orig: some weights are not finite"):
        sl.fit_layers(files)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("transpose", [False, True])
def test_in_whatever_order_arrays_are_stored(tmp_path: Path, order: str, transpose: bool) -> None:
    weights = drawn()
    masks = by_rule(weights, "global magnitude")
    if transpose:
        weights, masks = ({name: each.T for name, each in held.items()} for held in (weights, masks))
    weights = {name: np.array(each, order=order) for name, each in weights.items()}
    assert rules(tmp_path, weights, masks, transpose=transpose)[0] == ["global magnitude"]


def test_pieces_and_missing_zeros_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    moduli = rng.integers(0, 4, 500).astype(float)  # with ties on both sides
    stay = rng.random(500) < 0.5
    whole = edge_of([(moduli, stay)], int(stay.sum()))
    cut = [(part, kept) for part, kept in zip(np.split(moduli, 10), np.split(stay, 10), strict=True)]
    there = moduli > 0
    for pieces in (cut, [(moduli[there], stay[there])]):
        edge = edge_of(pieces, int(stay.sum()))
        assert edge == whole
    assert (whole.least, whole.at_least) == (0, (stay & ~there).sum())
    assert (whole.most, whole.at_most) == (3, (~stay & (moduli == 3)).sum())


def test_matrices_alone_are_compared_too(tmp_path: Path) -> None:
    weight = drawn()["2"]
    np.save(tmp_path / "a.npy", weight)
    np.save(tmp_path / "b.npy", np.abs(weight) > 0.4)
    (change,) = sl.fit_layers([tmp_path / "a.npy", tmp_path / "b.npy"], nonzero=True)["changes"]
    assert change["rules"] == ["magnitude"]
