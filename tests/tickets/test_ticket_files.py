"""Tickets in files, attacked; networks in files; and what is no such file."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from ticket_cases import DELTA, EPS, EXCHANGES, POINTS, deep_sets

from sparse_limits.numerics.equivariance import forward
from sparse_limits.numerics.tickets import find_ticket, guaranteed_width, rescaled
from sparse_limits.numerics.tickets.cases import of_ticket
from sparse_limits.numerics.tickets.certificate import bounds_up_to
from sparse_limits.numerics.tickets.checking import check_ticket
from sparse_limits.numerics.tickets.comparison import Reference
from sparse_limits.numerics.tickets.files import load_ticket, save_ticket
from sparse_limits.numerics.tickets.limits import USUAL
from sparse_limits.numerics.tickets.target_files import load_target, permutations_of_levels


@pytest.fixture(scope="module")
def ticket():
    layers = deep_sets()
    return find_ticket(layers, guaranteed_width(layers, EPS, DELTA), EPS, seed=5)


@pytest.fixture
def file(ticket, tmp_path):
    path = tmp_path / "ticket.npz"
    save_ticket(path, ticket, DELTA, "four points", permutations_of_levels(ticket.target, {0: EXCHANGES}))
    return path


def arrays_in(path):
    with np.load(path, allow_pickle=False) as held:
        return dict(held)


def changed(path, said=None, **arrays):
    """The file with other arrays, or other words in its statement."""
    held = arrays_in(path) | arrays
    if said:
        said = json.loads(held["statement"].tobytes()) | said
        held["statement"] = np.frombuffer(json.dumps(said).encode(), np.uint8)
    np.savez(path, **{name: array for name, array in held.items() if array is not None})
    return path


def broken(path, target=None) -> set[str]:
    """What does not hold of a file."""
    return {finding.what for finding in check_ticket(path, target).findings if not finding.holds}


def reference(**other) -> Reference:
    layers = deep_sets()
    levels = permutations_of_levels(layers, {0: EXCHANGES})
    return Reference(layers, signed=True, constant=False, permutations=levels)._replace(**other)


def test_a_ticket_comes_back_whole(ticket, file):
    stored = load_ticket(file)
    assert (stored.ticket.seed, stored.ticket.width, stored.ticket.eps) == (ticket.seed, ticket.width, ticket.eps)
    x = np.random.default_rng(0).normal(size=(20, 2, POINTS))
    np.testing.assert_array_equal(stored.ticket.forward(x), ticket.forward(x))
    assert stored.ticket.coef_errors == ticket.coef_errors
    assert broken(file, reference()) == set()
    assert len(file.read_bytes()) < 4000  # only the seed of the random network is stored
    before = file.read_bytes()
    save_ticket(file, ticket, DELTA, "four points", stored.permutations)
    assert file.read_bytes() == before
    save_ticket(file.with_suffix(".NPZ"), ticket, DELTA)
    assert broken(file.with_suffix(".NPZ")) == set()


def test_a_ticket_is_a_file_of_its_target(ticket, file):
    found = load_target(file)
    assert all((a.coeffs == b.coeffs).all() for a, b in zip(rescaled(found.layers), ticket.target, strict=True))
    assert [level.shape for level in found.permutations] == [(2, 4), (2, 4), (2, 1)]


def test_every_weight_moved_by_its_last_digit_is_noticed(ticket, file):
    whole = arrays_in(file)
    for k, layer in enumerate(ticket.target, start=1):
        for name, size in ((f"coefficients_{k}", layer.coeffs.size), (f"basis_{k}", layer.basis.size)):
            for place in range(size):
                moved = whole[name].copy()
                moved.flat[place] = np.nextafter(moved.flat[place], 9)
                assert "target unchanged" in broken(changed(file, **(whole | {name: moved})))


def test_flipped_bits_are_noticed(file):
    whole = arrays_in(file)
    for name in ("masks_1", "masks_2"):
        for place in np.random.default_rng(0).integers(whole[name].size, size=10):
            flipped = whole[name].copy()
            flipped[place] ^= 16
            assert {"masks unchanged", "kept coefficients"} <= broken(changed(file, **(whole | {name: flipped})))


def forged(file, ticket, name="", **statement):
    """A statement that an attacker wrote with digests of what he changed, the words of the old one otherwise."""
    old = json.loads(arrays_in(file)["statement"].tobytes())
    other = file.with_name("forged.npz")
    save_ticket(other, ticket, DELTA, name, load_ticket(file).permutations)
    new = json.loads(arrays_in(other)["statement"].tobytes())
    return changed(other, old | {"digests": new["digests"]} | statement)


def test_new_digests_do_not_help(ticket, file):
    """The errors of a moved weight or a flipped bit are others; an honest statement is one about another target."""
    weights = ticket.target[0].coeffs.copy()
    moved = replace(ticket, target=(replace(ticket.target[0], coeffs=weights * (1 - 1e-5)), ticket.target[1]))
    assert "errors of coefficients" in broken(forged(file, moved))
    masks = ticket.masks[0].copy()
    masks[tuple(np.argwhere(masks)[0])] = False
    assert {"errors of coefficients", "kept coefficients"} <= broken(
        forged(file, replace(ticket, masks=(masks, ticket.masks[1])))
    )
    honest = file.with_name("honest.npz")
    save_ticket(honest, moved, DELTA, "four points")
    assert broken(honest) in ({"errors within epsilon"}, set())
    assert {"coefficients of the target", "scale of the target", "symmetry"} <= broken(honest, reference())


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"seed": 6}, {"random network rebuilt", "errors of coefficients", "errors within epsilon"}),
        ({"eps": 1e-6}, {"errors within epsilon", "width of the theorem"}),
        ({"eps": 1.01e-3}, {"statement unchanged"}),
        ({"name": "five points"}, {"statement unchanged"}),
        ({"delta": 1e-9}, {"width of the theorem"}),
        ({"signed": False}, {"width of the theorem"}),
        ({"within_eps": False}, {"errors beyond epsilon"}),
        ({"coef_errors": ["1/1024", "1/1024"]}, {"errors of coefficients"}),
        ({"guaranteed_width": 3}, {"width of the theorem"}),
        ({"kept": 3}, {"kept coefficients"}),
        ({"candidates": 3}, {"kept coefficients"}),
        ({"total": 3}, {"kept coefficients"}),
        ({"digests": {}}, {"statement unchanged", "target unchanged", "masks unchanged", "random network rebuilt"}),
    ],
)
def test_a_changed_statement_is_noticed(file, said, wrong):
    assert wrong <= broken(changed(file, said))


def test_a_ticket_that_misses_epsilon_says_so(tmp_path):
    layers = deep_sets()
    poor = find_ticket(layers, 6, EPS, seed=1)
    assert not save_ticket(tmp_path / "poor.npz", poor, DELTA).within_eps
    assert broken(tmp_path / "poor.npz") == set()
    assert broken(changed(tmp_path / "poor.npz", {"within_eps": True})) == {
        "errors within epsilon",
        "statement unchanged",
    }


def test_other_permutations_are_no_symmetry(file):
    turned = arrays_in(file)["basis_1"].copy()
    turned[0] = np.eye(POINTS)[[0, 1, 3, 2]]
    changed(file, basis_1=turned)
    assert {"permutations commute", "target unchanged"} <= broken(file)
    assert {"bases of the target", "symmetry"} <= broken(file, reference())


@pytest.mark.parametrize(
    "change",
    [
        {"statement": {"width": 7}},
        {"statement": {"width": 10**9}},
        {"statement": {"width": 0}},
        {"statement": {"width": 10**4000}},
        {"statement": {"seed": -1}},
        {"statement": {"seed": True}},
        {"statement": {"eps": float("nan")}},
        {"statement": {"eps": 0.0}},
        {"statement": {"delta": 1.0}},
        {"statement": {"format": "something else"}},
        {"statement": {"more": 1}},
        {"statement": {"name": "two\nlines"}},
        {"statement": {"name": "\x1b[31m"}},
        {"statement": {"coef_errors": []}},
        {"statement": {"coef_errors": ["0"]}},
        {"masks_1": np.zeros(3, np.uint8)},
        {"masks_1": None},
        {"masks_3": np.zeros(3, np.uint8)},
        {"basis_1": np.zeros((2, 4, 5))},
        {"coefficients_1": np.full((2, 3, 2), np.nan)},
        {"permutations_0": np.array([[0, 0, 1, 2]])},
        {"permutations_0": np.array([[0.5, 0, 1, 2]])},
        {"permutations_0": np.zeros((0, 4), int)},
        {"coefficients_1": np.array([None, 1], dtype=object)},
        {"evil": np.array([print], dtype=object)},
        {"statement": None},
    ],
)
def test_what_is_no_ticket(file, change):
    statement = change.get("statement")
    changed(file, statement, **({} if statement else change))
    with pytest.raises(ValueError, match=r"ticket\.npz: [^\n]+$"):
        load_ticket(file)


def test_trailing_bits_and_torn_files(file, tmp_path):
    whole = arrays_in(file)
    spare = -np.prod([2, load_ticket(file).ticket.width, 3, 2]) % 8
    if spare:
        bits = whole["masks_1"].copy()
        bits[-1] |= 1
        with pytest.raises(ValueError, match="bits after the last"):
            load_ticket(changed(file, masks_1=bits))
    content = file.read_bytes()
    for end in range(0, len(content), 97):
        (tmp_path / "torn.npz").write_bytes(content[:end])
        with pytest.raises(ValueError, match=r"torn\.npz: [^\n]+$"):
            load_ticket(tmp_path / "torn.npz")


def header(shape, dtype="<f8", version=(1, 0)) -> bytes:
    stream = io.BytesIO()
    write = np.lib.format.write_array_header_1_0 if version == (1, 0) else np.lib.format.write_array_header_2_0
    write(stream, {"shape": shape, "fortran_order": False, "descr": dtype})
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        header((2**40,)),
        header((2**62, 2**62)),
        header((-1,)),
        header((10**9,), version=(2, 0)),
        header((), "|O"),
        b"",
        b"x" * 300,
    ],
)
def test_sizes_are_not_believed(tmp_path, content):
    """No room is made for what a header states."""
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights_1.npy", content)
    for read in (load_ticket, load_target):
        with pytest.raises(ValueError, match=r"bomb\.npz: [^\n]+$"):
            read(tmp_path / "bomb.npz")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_arrays_of_one_name(file):
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("masks_1.npy", header((0,)))
    with pytest.raises(ValueError, match="holds 2 arrays of the name"):
        load_ticket(file)


def test_permutations_of_any_whole_numbers_are_digested_alike(ticket, tmp_path):
    path = tmp_path / "t.npz"
    for kind in (np.int32, np.uint8):
        levels = [level.astype(kind) for level in permutations_of_levels(ticket.target, {0: EXCHANGES})]
        save_ticket(path, ticket, DELTA, permutations=levels)
        assert broken(path, reference()) == set()
    with pytest.raises(ValueError, match="permutations_0"):
        save_ticket(path, ticket, DELTA, permutations=[EXCHANGES[:, :3]])


def test_the_constant_input_of_equivariant_layers_is_a_channel(ticket, tmp_path):
    save_ticket(tmp_path / "t.npz", ticket, DELTA, constant_input=True)
    x = np.random.default_rng(0).random((5, POINTS))
    np.savez(tmp_path / "x.npz", x=x)
    case = of_ticket(load_ticket(tmp_path / "t.npz"), str(tmp_path / "x.npz"), False, USUAL)
    np.testing.assert_array_equal(case.samples.x, np.stack([x, np.ones_like(x)], axis=1))


def test_where_a_ticket_cannot_be_saved(ticket, tmp_path):
    for path, name in ((tmp_path / "ticket.json", ""), (tmp_path / "none" / "t.npz", ""), (tmp_path / "t.npz", "a\nb")):
        with pytest.raises(ValueError, match=r"^[^\n]+$"):
            save_ticket(path, ticket, DELTA, name)
    with pytest.raises(ValueError, match="seed is"):  # no file that could not be read again
        save_ticket(tmp_path / "t.npz", replace(ticket, seed=2**128), DELTA)
    assert list(tmp_path.iterdir()) == []


def test_bounds_for_all_inputs_hold(ticket):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2, POINTS))
    bounds = bounds_up_to(ticket, np.abs(x))
    errors = np.abs(forward(ticket.target, x) - ticket.forward(x))
    assert (errors <= bounds).all()
    assert errors.max() > bounds.max() / 100
    np.testing.assert_allclose(bounds_up_to(ticket, 3 * np.abs(x)), 3 * bounds)
    with pytest.raises(ValueError, match="none of them negative"):
        bounds_up_to(ticket, x)
