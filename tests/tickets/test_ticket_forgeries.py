"""Forged tickets by somebody who recomputes every digest: each is refused, or reported for what it is."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256

import numpy as np
import pytest

from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.tickets import find_ticket, multilayer_perceptron, rescaled
from sparse_limits.numerics.tickets.checking import check_ticket
from sparse_limits.numerics.tickets.comparison import Reference
from sparse_limits.numerics.tickets.demands import Demands, demanded
from sparse_limits.numerics.tickets.files import load_ticket, save_ticket
from sparse_limits.numerics.tickets.target_files import permutations_of_levels

EPS, DELTA, POINTS = 1e-3, 0.05, 4
EXCHANGES = np.array([[1, 0, 2, 3], [1, 2, 3, 0]])
RNG = np.random.default_rng(1)


def deep_sets() -> tuple[EquivariantLayer, ...]:
    rng = np.random.default_rng(1)
    mean = np.full((POINTS, POINTS), 1 / POINTS)
    both = np.stack([np.eye(POINTS), mean])
    shapes = (((2, 2, 2), both), ((2, 2, 2), both), ((2, 2, 1), mean[None, :1]))
    return rescaled([EquivariantLayer(rng.normal(size=size), basis) for size, basis in shapes])


LAYERS = deep_sets()
LEVELS = permutations_of_levels(LAYERS, {0: EXCHANGES})
TARGET = Reference(LAYERS, signed=True, constant=False, permutations=LEVELS)


@pytest.fixture(scope="module")
def ticket():
    return find_ticket(LAYERS, 60, EPS, seed=5)


def forged(path, ticket, levels=LEVELS, name="four points", constant=False):
    """A file that is all honest of a ticket that is not."""
    save_ticket(path / "ticket.npz", ticket, DELTA, name, levels, constant)
    return path / "ticket.npz"


def outcome(file, target=TARGET) -> tuple[set[str], set[str]]:
    """What is wrong with a file itself, and with it as a ticket of the target."""
    check = check_ticket(file, target)
    return tuple({each.what for each in part if not each.holds} for part in (check.own, check.compared or ()))


def unmet(file, **demands) -> set[str]:
    found = demanded(load_ticket(file).ticket, Demands(**demands))
    return {demand.what for demand in found if not demand.met}


def retold(file, change, digest=True):
    """The file with its statement changed in JSON, and the digest of its words made to fit."""
    with np.load(file) as held:
        arrays = dict(held)
    said = json.loads(arrays["statement"].tobytes())
    told = change(said)
    if isinstance(told, dict):
        if digest:
            words = {name: value for name, value in told.items() if name != "digests"}
            told["digests"]["statement"] = sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()
        told = json.dumps(told).encode()
    np.savez(file, **(arrays | {"statement": np.frombuffer(told, np.uint8)}))
    return file


def rearranged(file, **others):
    """The file with other arrays; those that are None are left out."""
    with np.load(file) as held:
        arrays = dict(held) | others
    np.savez(file, **{name: array for name, array in arrays.items() if array is not None})
    return file


def moved(ticket, k, change):
    """The ticket for a target of which layer k is another."""
    layers = list(ticket.target)
    layers[k] = change(layers[k])
    return replace(ticket, target=tuple(layers))


def test_the_honest_file_passes(ticket, tmp_path):
    file = forged(tmp_path, ticket)
    assert outcome(file) == (set(), set())
    assert unmet(file, epsilon=EPS, kept=Fraction(1, 2), signed=True) == set()
    found = {each.what for each in check_ticket(file, TARGET).findings}
    assert "symmetry" in found
    assert "symmetry" not in {each.what for each in check_ticket(file).findings}


def test_anyone_can_check_with_numpy_alone(ticket, tmp_path):
    """As the first lines of `sparse_limits.numerics.tickets.files` say, in fractions."""
    with np.load(forged(tmp_path, ticket)) as file:
        said = json.loads(file["statement"].tobytes())
        for k, stated in enumerate(said["coef_errors"], 1):
            goals, basis, worst = file[f"coefficients_{k}"], file[f"basis_{k}"], Fraction(0)
            shape = (len(goals), said["width"], *goals.shape[1:])
            kept = np.unpackbits(file[f"masks_{k}"])[: np.prod(shape)].reshape(shape)
            assert (basis != 0).any(axis=1).all(axis=1).any()
            for i, outputs in enumerate(goals):  # all coordinates belong to one part here: an element reads them all
                rng = np.random.default_rng([said["seed"], k - 1, i])
                lambdas, mus = rng.uniform(-1, 1, said["width"]), rng.uniform(-1, 1, shape[1:])
                for place in np.ndindex(outputs.shape):
                    for sign in (1, -1) if k == 1 and said["signed"] else (1,):
                        chosen = np.flatnonzero((kept[i][:, *place] == 1) & (sign * lambdas > 0))
                        total = sum(Fraction(lambdas[n]) * Fraction(mus[n, *place]) for n in chosen)
                        worst = max(worst, abs(total - Fraction(outputs[place])))
            assert worst <= Fraction(said["eps"])
            assert str(worst) == stated


# What the target fixes


def for_positive_inputs(ticket):
    """Nothing is kept for σ(−x) in the first layer, and the ticket says that it need not be."""
    lambdas = np.stack([ticket.source.block(0, i)[0] for i in range(2)])  # [in, parts, width]
    part_of = ticket.source.splits[0].part_of
    positive = (lambdas > 0)[:, part_of].transpose(0, 2, 1)[:, :, None]
    return replace(ticket, signed=False, masks=(ticket.masks[0] & positive, *ticket.masks[1:]))


def test_a_ticket_for_other_inputs(ticket, tmp_path):
    file = forged(tmp_path, for_positive_inputs(ticket))
    assert outcome(file) == (set(), {"signs of inputs"})
    assert outcome(file, TARGET._replace(signed=False)) == (set(), set())
    assert unmet(file, epsilon=EPS, signed=True) == {"inputs"}
    assert unmet(file, epsilon=EPS, signed=False) == set()


def test_a_ticket_for_more_inputs_than_the_target_s_is_good(ticket, tmp_path):
    assert outcome(forged(tmp_path, ticket), TARGET._replace(signed=False)) == (set(), set())


@pytest.mark.parametrize(
    ("levels", "wrong"),
    [
        (None, {"symmetry"}),
        (permutations_of_levels(LAYERS, {0: EXCHANGES[:1]}), {"symmetry"}),
        (permutations_of_levels(LAYERS, {0: np.array([[0, 1, 2, 3]] * 2)}), {"symmetry"}),
        (permutations_of_levels(LAYERS, {0: EXCHANGES[:, [1, 0, 2, 3]]}), {"symmetry"}),
        (permutations_of_levels(LAYERS, {0: EXCHANGES, 1: EXCHANGES[::-1]}), {"symmetry"}),
        (permutations_of_levels(LAYERS, {0: np.vstack([EXCHANGES, [[3, 2, 1, 0]]])}), {"symmetry"}),
        (permutations_of_levels(LAYERS, {0: EXCHANGES[[1, 0, 1]]}), set()),  # the same generators, no more and no less
        (permutations_of_levels(LAYERS, {0: np.vstack([EXCHANGES, [[0, 1, 2, 3]]])}), set()),
    ],
)
def test_other_permutations(ticket, tmp_path, levels, wrong):
    file = forged(tmp_path, ticket, levels)
    assert outcome(file) == (set(), wrong)
    shown = [each.what for each in check_ticket(file, TARGET).findings if each.holds and "symmetry" in each.what]
    assert shown == ([] if wrong else ["symmetry"])


def test_a_symmetry_that_the_target_has_not(ticket, tmp_path):
    plain = TARGET._replace(permutations=None)
    assert outcome(forged(tmp_path, ticket), plain) == (set(), {"symmetry"})
    identity = permutations_of_levels(LAYERS, {0: np.array([[0, 1, 2, 3]])})
    file = forged(tmp_path, ticket, identity)
    assert outcome(file, plain) == (set(), set())
    findings = {each.what: each.detail for each in [*check_ticket(file, plain).findings, *check_ticket(file).findings]}
    assert "symmetry" not in findings
    assert "says nothing of a symmetry" in findings["permutations commute"]


SWAPPED = LAYERS[1], LAYERS[0], LAYERS[2]
NUMBERS = {"coefficients of the target"}


@pytest.mark.parametrize(
    ("layers", "wrong"),
    [
        (SWAPPED, NUMBERS),
        ((replace(LAYERS[0], coeffs=LAYERS[0].coeffs / 2), *LAYERS[1:]), NUMBERS | {"scale of the target"}),
        ((replace(LAYERS[0], basis=LAYERS[0].basis / 2), *LAYERS[1:]), {"bases of the target"}),
        ((replace(LAYERS[0], basis=LAYERS[0].basis[::-1]), *LAYERS[1:]), {"bases of the target"}),
        ((replace(LAYERS[0], coeffs=LAYERS[0].coeffs[::-1]), *LAYERS[1:]), NUMBERS),  # hidden inputs exchanged
        (
            (replace(LAYERS[0], coeffs=np.nextafter(LAYERS[0].coeffs, 0)), *LAYERS[1:]),
            NUMBERS | {"scale of the target"},
        ),
        ((*LAYERS[:2], replace(LAYERS[2], coeffs=-LAYERS[2].coeffs)), NUMBERS),
        (LAYERS[:2], {"layers of the target", "symmetry"}),
        ((LAYERS[0], LAYERS[0], *LAYERS[1:]), {"layers of the target", "symmetry"}),
    ],
)
def test_an_honest_ticket_of_another_network(tmp_path, layers, wrong):
    other = find_ticket(layers, 60, EPS, seed=5)
    levels = permutations_of_levels(layers, {0: EXCHANGES})
    assert outcome(forged(tmp_path, other, levels)) == (set(), wrong)


def test_layers_in_another_order_are_named(tmp_path):
    one, two, three = rescaled(multilayer_perceptron([RNG.normal(size=size) for size in ((3, 3), (3, 3), (3, 2))]))
    wide = rescaled(multilayer_perceptron([RNG.normal(size=size) for size in ((3, 2), (2, 3), (3, 3))]))
    other = find_ticket(wide, 30, 0.1)
    save_ticket(tmp_path / "t.npz", other, DELTA)
    expected = Reference((one, two, three), True, False, None)
    details = {each.what: each.detail for each in check_ticket(tmp_path / "t.npz", expected).findings}
    assert details["layers of the target"] == "other shapes in layer 1, 2, 3"
    shuffled = Reference((wide[1], wide[0], wide[2]), True, False, None)
    details = {each.what: each.detail for each in check_ticket(tmp_path / "t.npz", shuffled).findings}
    assert details["layers of the target"] == "the same shapes in another order"


def test_a_multiple_is_named(ticket, tmp_path):
    half = moved(ticket, 1, lambda layer: replace(layer, coeffs=layer.coeffs / 2))
    file = forged(tmp_path, half)
    detail = {each.what: each.detail for each in check_ticket(file, TARGET).findings}["scale of the target"]
    assert detail.endswith("the layer is multiplied")


def test_the_constant_input(ticket, tmp_path):
    assert outcome(forged(tmp_path, ticket, constant=True)) == (set(), {"constant input"})


# What can be demanded


def test_an_empty_ticket(ticket, tmp_path):
    empty = replace(ticket, eps=0.2, masks=tuple(np.zeros_like(mask) for mask in ticket.masks))
    file = forged(tmp_path, empty)
    assert outcome(file) == (set(), set())  # it is true of the target, and says that it is worth nothing
    details = {each.what: each.detail for each in check_ticket(file).findings}
    assert "nothing need be kept for that" in details["errors within epsilon"]
    assert unmet(file, epsilon=0.1) == {"epsilon"}
    assert unmet(file, kept=Fraction(0)) == set()


def test_all_is_kept(ticket, tmp_path):
    file = forged(tmp_path, replace(ticket, masks=tuple(np.ones_like(mask) for mask in ticket.masks)))
    assert outcome(file) == (set(), set())
    assert not load_ticket(file).statement.within_eps
    assert unmet(file, epsilon=EPS, kept=Fraction(99, 100)) == {"epsilon", "kept"}
    assert unmet(file, kept=Fraction(1)) == set()


def exchanged(ticket):
    return replace(ticket, masks=(ticket.masks[1], ticket.masks[0], ticket.masks[2]))


def wider(ticket):
    """A channel more in each block, of which nothing is kept; but the numbers of the others are other ones."""
    masks = (np.concatenate([mask, np.zeros_like(mask[:, :1])], axis=1) for mask in ticket.masks)
    return replace(ticket, width=ticket.width + 1, masks=tuple(masks))


@pytest.mark.parametrize("change", [exchanged, wider, lambda ticket: replace(ticket, seed=6)])
def test_masks_of_something_else(ticket, tmp_path, change):
    """An honest statement says that epsilon is missed; one that says otherwise is found out."""
    file = forged(tmp_path, change(ticket))
    assert outcome(file) == (set(), set())
    assert not check_ticket(file).statement.within_eps
    assert unmet(file, epsilon=EPS) == {"epsilon"}
    assert outcome(retold(file, lambda said: said | {"within_eps": True}))[0] == {"errors within epsilon"}
    true = forged(tmp_path, ticket)
    errors = json.loads(np.load(true)["statement"].tobytes())["coef_errors"]
    lie = retold(forged(tmp_path, change(ticket)), lambda said: said | {"within_eps": True, "coef_errors": errors})
    assert outcome(lie)[0] == {"errors of coefficients", "errors within epsilon"}


def test_small_coefficients_are_no_excuse(tmp_path):
    """All zeros are near enough to coefficients of 1e-320, but not at the scale at which epsilon is meant."""
    small = tuple(replace(layer, coeffs=layer.coeffs * 1e-320) for layer in LAYERS)
    empty = find_ticket(small, 4, EPS)
    file = forged(tmp_path, empty)
    assert outcome(file) == (set(), NUMBERS | {"scale of the target"})
    assert unmet(file, epsilon=EPS) == {"epsilon"}
    zeros = tuple(replace(layer, coeffs=layer.coeffs * 0) for layer in LAYERS)
    keeping = replace(empty, target=zeros, masks=tuple(np.ones_like(mask) for mask in empty.masks))
    assert unmet(forged(tmp_path, replace(empty, target=zeros)), epsilon=EPS) == set()
    assert unmet(forged(tmp_path, keeping), epsilon=EPS) == {"epsilon"}


# What is said


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"name": "digits-mlp"}, set()),  # a name is a word
        ({"versions": {}}, set()),
        ({"guaranteed_width": 3}, {"width of the theorem"}),
        ({"delta": 1e-9}, {"width of the theorem"}),
        ({"eps": 1e-6}, {"errors within epsilon", "width of the theorem"}),
        ({"kept": 3}, {"kept coefficients"}),
        ({"coef_errors": ["0", "0", "0"]}, {"errors of coefficients"}),
        ({"coef_errors": ["1e5000", "9" * 4000, "1/0"]}, {"errors of coefficients"}),
        ({"seed": 2**128 - 1}, {"random network rebuilt", "errors of coefficients", "errors within epsilon"}),
    ],
)
def test_lies_with_new_digests_of_words(ticket, tmp_path, said, wrong):
    assert outcome(retold(forged(tmp_path, ticket), lambda old: old | said)) == (wrong, set())


def doubled(said):
    return json.dumps(said)[:-1].encode() + b', "signed": false}'


def with_letters(said):
    return json.dumps(said | {"name": "XY"}).replace("XY", "\\u202e\\u001b[31m").encode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda said: said | {"activation": "tanh"}, "activation is 'tanh', expected relu"),
        (lambda said: said | {"more": 1}, "more missing or left over"),
        (lambda said: {name: value for name, value in said.items() if name != "signed"}, "signed missing or left over"),
        (lambda said: said | {"seed": True}, "seed is True"),
        (lambda said: said | {"signed": 0}, "signed is 0"),
        (lambda said: said | {"width": 60.0}, "width is 60.0"),
        (lambda said: said | {"seed": 2**128}, "seed is"),
        (lambda said: said | {"width": 10**4000}, "width is 1000"),
        (lambda said: said | {"eps": 1}, "eps is 1"),
        (lambda said: said | {"eps": float("inf")}, "eps is inf"),
        (lambda said: said | {"delta": float("nan")}, "delta is nan"),
        (lambda said: said | {"coef_errors": [1, 2, 3]}, "coef_errors is"),
        (lambda said: said | {"coef_errors": []}, "coef_errors is"),
        (lambda said: said | {"coef_errors": ["0"] * 4}, "a ticket of 4 layers with"),
        (lambda said: said | {"digests": {"other": ""}}, "digests is"),
        (lambda said: said | {"versions": {"\x1b[31m": ""}}, "versions is"),
        (lambda said: said | {"format": "sparse-limits ticket 1"}, "another kind .sparse-limits ticket 1."),
        (lambda said: said | {"format": ["\x1b"]}, "another kind"),
        (doubled, "says 'signed' twice"),
        (with_letters, "name is"),
        (lambda said: json.dumps(said).encode("utf-16"), "expected JSON"),
        (lambda said: json.dumps(said).replace("60", "9" * 5000, 1).encode(), "expected JSON"),
        (lambda said: b"[" * 10**6, "expected JSON"),
        (lambda said: b"[]", "another kind"),
        (lambda said: b"", "expected JSON"),
        (lambda said: b" " * (2**20 + 1), "at most 1048576 bytes"),
    ],
)
def test_statements_that_are_none(ticket, tmp_path, change, said):
    file = retold(forged(tmp_path, ticket), change, digest=False)
    with pytest.raises(ValueError, match=said) as caught:
        load_ticket(file)
    assert str(caught.value).isprintable()


# Arrays


def test_arrays_of_other_types_and_orders(ticket, tmp_path):
    """Another order of bytes or axes holds the same numbers, which are checked; fewer or more digits would be others."""
    plain = {f"coefficients_{k}": layer.coeffs for k, layer in enumerate(LAYERS, 1)}
    for change in (lambda x: x.astype(">f8"), np.asfortranarray):
        file = rearranged(forged(tmp_path, ticket), **{name: change(array) for name, array in plain.items()})
        assert outcome(file) == (set(), set())
        other = {name: change(array * 0.999) for name, array in plain.items()}
        assert "target unchanged" in outcome(rearranged(file, **other))[0]
    for name, array, said in (
        ("coefficients_1", LAYERS[0].coeffs.astype(np.longdouble) * (1 + np.longdouble(2) ** -60), "expected doubles"),
        ("coefficients_1", LAYERS[0].coeffs.astype(np.float32), "expected doubles"),
        ("coefficients_1", np.ones((2, 2, 2), np.int64), "expected doubles"),
        ("coefficients_1", LAYERS[0].coeffs * np.nan, "nan"),
        ("coefficients_1", LAYERS[0].coeffs * np.inf, "nan"),
        ("coefficients_1", LAYERS[0].coeffs.astype(complex), "expected numbers"),
        ("coefficients_1", np.zeros(8, "f8,f8"), "names or a long header|expected numbers"),
        ("coefficients_1", np.array([print], dtype=object), "pickled"),
        ("basis_1", np.full((2, 4, 4), "x"), "expected numbers"),
        ("basis_1", np.zeros((2, 0, 4)), "not empty"),
        ("masks_1", np.zeros(60, bool), "expected a byte"),
        ("masks_1", np.zeros((60, 1), np.uint8), "expected a byte"),
        ("permutations_0", np.zeros((2, 4)), "permutations"),
        ("permutations_0", np.array([1, 0, 2, 3]), "permutations"),
        ("permutations_0", np.array([[1, 1, 2, 3]] * 2), "permutations"),
        ("permutations_0", np.array([[2**63, 0, 1, 2]] * 2, np.uint64), "permutations"),
        ("permutations_4", np.zeros((2, 1), int), "permutations_4 missing or left over"),
        ("masks_4", np.zeros(60, np.uint8), "masks_4 missing or left over"),
        ("masks_01", np.zeros(60, np.uint8), "masks_01 missing or left over"),
        ("masks_2", None, "masks_2 missing or left over"),
    ):
        with pytest.raises(ValueError, match=said) as caught:
            load_ticket(rearranged(forged(tmp_path, ticket), **{name: array}))
        assert str(caught.value).isprintable()


def test_coefficients_beyond_all_others(ticket, tmp_path):
    """Largest and smallest doubles take exact fractions of some thousand bits, and no theorem speaks of them."""
    file = forged(tmp_path, ticket)
    for size in (1e308, 5e-324, -1e308):
        told = rearranged(file, coefficients_1=np.full((2, 2, 2), size))
        own, compared = outcome(told)
        assert {"target unchanged", "errors of coefficients"} <= own
        assert compared >= NUMBERS
        assert unmet(told, epsilon=EPS) == {"epsilon"}
