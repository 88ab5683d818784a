"""Tickets in files that anyone can check: a statement, the target, the masks, and only the seed of the random network.

A ticket's file is an .npz of numbers alone: `statement` (JSON in bytes), the target as `coefficients_k`, `basis_k` and
maybe `permutations_k` (so that it is a file of that target too), and `masks_k`, the bits of bool[in, width, out, b].

Anyone can check it with NumPy and these lines. Coordinates that one basis element reads belong to one part, parts are in
the order of their first coordinates, and a perceptron has one. For layer k and input channel i,
`rng = numpy.random.default_rng([seed, k - 1, i])` draws λ = rng.uniform(-1, 1, (parts, width)) and then
μ = rng.uniform(-1, 1, (width, out, b)). The ticket keeps μ where the mask says, and λ of a channel of which it keeps some
μ. Where the part of b has λ > 0, Σλμ over what is kept is within eps of coefficients_k[i, out, b]; in the first layer, if
signed, so it is where λ < 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from math import isfinite, prod
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.equivariance import EquivariantLayer
from numerics.files import replacing
from numerics.tickets.archives import Arrays, read_arrays
from numerics.tickets.search import NetworkTicket, check_size
from numerics.tickets.target_files import Levels, broken_symmetry, equivariant_layers, permutations_of_levels
from numerics.tickets.widths import guaranteed_width

FORMAT = "sparse-limits ticket 1"
LONGEST_STATEMENT, LONGEST_LINE = 2**20, 4000


@dataclass(frozen=True)
class Statement:
    """What a ticket's file says of itself.

    delta: the probability with which the theorem lets the search fail at `guaranteed_width`; coef_errors: the largest
    error of a coefficient in each layer, exactly; within_eps: whether none exceeds eps; digests: SHA-256 of the target, of
    the masks, of those blocks of the random network that masks act on, and of all else that is said here; versions: of
    what wrote the file.
    """

    format: str
    name: str
    seed: int
    width: int
    eps: float
    delta: float
    signed: bool
    guaranteed_width: int
    coef_errors: tuple[str, ...]
    within_eps: bool
    kept: int
    candidates: int
    total: int
    digests: dict[str, str]
    versions: dict[str, str]


@dataclass(frozen=True, eq=False)
class StoredTicket:
    """A ticket as it stands in a file; nothing that the statement says of it has been checked."""

    statement: Statement
    ticket: NetworkTicket
    permutations: Levels | None


class Finding(NamedTuple):
    """One thing that a file says, whether it holds, and what was found."""

    what: str
    holds: bool
    detail: str


def save_ticket(
    path: str | PathLike[str], ticket: NetworkTicket, delta: float, name: str = "", permutations: Levels | None = None
) -> Statement:
    """Write a ticket to a .npz file, whole or not at all, and say what its statement is.

    delta: at which the theorem's width is stated; name: of the target, one line; permutations: int[generators,
    coordinates] of a group on each level (`target_files.permutations_of_levels`). ValueError for another suffix, a place
    that cannot be written to, targets for which no width is guaranteed, and a statement that could not be read again:
    a name of several lines, a seed from 2^128 on.
    """
    file = Path(path)
    if file.suffix.lower() != ".npz":
        raise ValueError(f"{file}: suffix is {file.suffix!r}, expected .npz")
    errors = ticket.coef_errors
    statement = Statement(
        format=FORMAT,
        name=name,
        seed=ticket.seed,
        width=ticket.width,
        eps=float(ticket.eps),
        delta=float(delta),
        signed=ticket.signed,
        guaranteed_width=guaranteed_width(ticket.target, ticket.eps, delta, ticket.signed),
        coef_errors=tuple(map(str, errors)),
        within_eps=bool(max(errors) <= Fraction(ticket.eps)),
        kept=ticket.kept,
        candidates=ticket.candidates,
        total=ticket.total,
        digests=_digests(ticket, permutations),
        versions={"sparse-limits": version("sparse-limits"), "numpy": np.__version__},
    )
    statement.digests["statement"] = _digest_of_words(statement)
    _check_words(asdict(statement))
    arrays: Arrays = {"statement": np.frombuffer(json.dumps(asdict(statement)).encode(), np.uint8)}
    for k, (layer, mask) in enumerate(zip(ticket.target, ticket.masks, strict=True), start=1):
        arrays |= {f"coefficients_{k}": layer.coeffs, f"basis_{k}": layer.basis, f"masks_{k}": np.packbits(mask)}
    for level, permutation in enumerate(permutations or ()):
        arrays[f"permutations_{level}"] = permutation
    with replacing(file) as temporary, temporary.open("wb") as stream:  # NumPy would add .npz to a name in .NPZ
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return statement


def load_ticket(path: str | PathLike[str]) -> StoredTicket:
    """The ticket in a file; `check_ticket` says whether it is true.

    ValueError, in one line with the file's name, if the file is missing, damaged, pickled, larger than there would be
    room for, or no ticket.
    """
    file = Path(path)
    arrays = read_arrays(file)
    try:
        if "statement" not in arrays:
            raise ValueError(f"holds {', '.join(list(arrays)[:6]) or 'nothing'}, expected a ticket, with its statement")
        return _ticket(arrays)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error


def check_ticket(
    path: str | PathLike[str], target: Sequence[EquivariantLayer] | None = None
) -> tuple[Statement, list[Finding]]:
    """What a ticket's file says, and whether each part of it holds, computed anew and exactly from the seed.

    target: the network that it should be a ticket of, scaled as in the file (`networks.rescaled`). ValueError as for
    `load_ticket`.
    """
    stored = load_ticket(path)
    findings = [
        *_digests_hold(stored),
        *_errors_hold(stored),
        _counts_hold(stored),
        _width_holds(stored),
        *_symmetry_holds(stored),
        *(() if target is None else (_same_target(stored, target),)),
    ]
    return stored.statement, findings


# What is checked


def _digests_hold(stored: StoredTicket) -> Iterator[Finding]:
    stated, found = stored.statement.digests, _digests(stored.ticket, stored.permutations)
    found["statement"] = _digest_of_words(stored.statement)
    wrote, here = stored.statement.versions.get("numpy", "unknown"), np.__version__
    other = "" if wrote == here else f"; written with numpy {wrote}, checked with {here}"
    meaning = {
        "statement": ("statement unchanged", "what is said"),
        "target": ("target unchanged", "coefficients and bases"),
        "masks": ("masks unchanged", "what is kept"),
        "source": ("random network rebuilt", f"from seed {stored.ticket.seed} at width {stored.ticket.width}{other}"),
    }
    for name, (what, of) in meaning.items():
        holds = stated.get(name) == found[name]
        yield Finding(what, holds, f"{of}: SHA-256 {'as stated' if holds else 'differs'}, {found[name][:16]}…")


def _errors_hold(stored: StoredTicket) -> Iterator[Finding]:
    statement, ticket = stored.statement, stored.ticket
    errors, eps = ticket.coef_errors, Fraction(ticket.eps)
    differ = [
        k for k, pair in enumerate(zip(map(str, errors), statement.coef_errors, strict=True), 1) if len({*pair}) > 1
    ]
    said = f"differ from the stated ones in layer {', '.join(map(str, differ))}" if differ else "as stated, exactly"
    largest = ", ".join(f"{float(error):.4g}" for error in errors)
    yield Finding("errors of coefficients", not differ, f"{said}; the largest by layer: {largest}")
    within = max(errors) <= eps
    relation = "all are at most" if within else f"the largest, {float(max(errors)):.4g}, exceeds"
    claimed = "" if within == statement.within_eps else ", against the statement"
    what = f"errors {'within' if statement.within_eps else 'beyond'} epsilon"
    yield Finding(what, within == statement.within_eps, f"{relation} {float(eps):g}{claimed}")


def _counts_hold(stored: StoredTicket) -> Finding:
    ticket, statement = stored.ticket, stored.statement
    found = ticket.kept, ticket.candidates, ticket.total
    holds = found == (statement.kept, statement.candidates, statement.total)
    return Finding(
        "kept coefficients",
        holds,
        f"{found[0]} of {found[1]} in the blocks, of {found[2]} in all" + ("" if holds else ": not as stated"),
    )


def _width_holds(stored: StoredTicket) -> Finding:
    """The theorem's width, and on which side of it the ticket's is."""
    ticket, statement = stored.ticket, stored.statement
    try:
        least = guaranteed_width(ticket.target, ticket.eps, statement.delta, ticket.signed)
    except ValueError as error:
        return Finding("width of the theorem", False, str(error))
    holds = least == statement.guaranteed_width
    beside = "has it" if ticket.width >= least else f"has only {ticket.width}"
    detail = f"{least} for epsilon {ticket.eps:g}, delta {statement.delta:g}; the random network {beside}"
    return Finding(
        "width of the theorem", holds, detail if holds else f"{detail}; {statement.guaranteed_width} is stated"
    )


def _symmetry_holds(stored: StoredTicket) -> Iterator[Finding]:
    if stored.permutations is not None:
        problem = broken_symmetry(stored.ticket.target, stored.permutations)
        generators = len(stored.permutations[0])
        yield Finding(
            "symmetry",
            problem is None,
            problem or f"every basis element commutes with every generator ({generators}), exactly",
        )


def _same_target(stored: StoredTicket, target: Sequence[EquivariantLayer]) -> Finding:
    mine = stored.ticket.target
    pairs = [(a, b) for one, other in zip(mine, target, strict=False) for a, b in _arrays_of(one, other)]
    if len(mine) != len(target) or any(a.shape != b.shape for a, b in pairs):
        return Finding("of the target given", False, "its layers have other shapes")
    moved = sum(int((a != b).sum()) for a, b in pairs)
    if not moved:
        return Finding("of the target given", True, "coefficients and bases are the same, to the last bit")
    largest = max(float(np.abs(a - b).max()) for a, b in pairs)
    return Finding("of the target given", False, f"{moved} of its numbers differ, by up to {largest:.3g}")


def _arrays_of(one: EquivariantLayer, other: EquivariantLayer) -> list[tuple[NDArray, NDArray]]:
    return [(one.coeffs, other.coeffs), (one.basis, other.basis)]


def _digests(ticket: NetworkTicket, permutations: Levels | None) -> dict[str, str]:
    target = chain.from_iterable((layer.coeffs, layer.basis) for layer in ticket.target)
    blocks = (ticket.source.block(k, i) for k, layer in enumerate(ticket.target) for i in range(len(layer.coeffs)))
    return {
        "target": _digest(chain(target, permutations or ())),
        "masks": _digest(map(np.packbits, ticket.masks)),
        "source": _digest(chain.from_iterable(blocks)),
    }


def _digest_of_words(statement: Statement) -> str:
    said = asdict(statement)
    del said["digests"]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _digest(arrays: Iterable[NDArray]) -> str:
    """SHA-256 of types, shapes and numbers, little-endian."""
    found = sha256()
    for array in arrays:
        plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        found.update(f"{plain.dtype.str}{plain.shape}".encode())
        found.update(plain.data)
    return found.hexdigest()


# What is read


def _ticket(arrays: Arrays) -> StoredTicket:
    statement = _statement(arrays["statement"])
    depth = len(statement.coef_errors)
    names = [[f"{kind}_{k}" for k in range(1, depth + 1)] for kind in ("coefficients", "basis", "masks")]
    levels = {name: k for k in range(depth + 1) if (name := f"permutations_{k}") in arrays}
    if unlike := {"statement", *chain(*names), *levels} ^ arrays.keys():
        raise ValueError(f"a ticket of {depth} layers with {', '.join(sorted(unlike)[:6])} missing or left over")
    coefficients, bases, packed = ([arrays[name] for name in each] for each in names)
    layers = equivariant_layers(coefficients, bases)
    check_size(layers, statement.width)
    masks = tuple(
        _mask(name, bits, (len(layer.coeffs), statement.width, *layer.coeffs.shape[1:]))
        for name, bits, layer in zip(names[2], packed, layers, strict=True)
    )
    given = {k: arrays[name] for name, k in levels.items()}
    permutations = permutations_of_levels(layers, given) if given else None
    ticket = NetworkTicket(layers, statement.width, statement.eps, statement.seed, statement.signed, masks)
    return StoredTicket(statement, ticket, permutations)


def _mask(name: str, bits: NDArray, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    count = prod(shape)
    if bits.dtype != np.uint8 or bits.shape != (-(-count // 8),):
        raise ValueError(
            f"{name} {bits.dtype}{list(bits.shape)}, expected {-(-count // 8)} bytes for {list(shape)} bits"
        )
    flat = np.unpackbits(bits)
    if flat[count:].any():
        raise ValueError(f"{name}: bits after the last of {count} are set, expected zeros")
    return flat[:count].reshape(shape).astype(bool)


def _statement(array: NDArray) -> Statement:
    if array.dtype != np.uint8 or array.ndim != 1 or array.size > LONGEST_STATEMENT:
        raise ValueError(
            f"statement {array.dtype}{list(array.shape)}, expected at most {LONGEST_STATEMENT} bytes of JSON"
        )
    try:
        said = json.loads(array.tobytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"statement: {error}, expected JSON") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT or said.keys() != Statement.__annotations__.keys():
        raise ValueError(f"statement of another kind, expected that of a {FORMAT}")
    _check_words(said)
    return Statement(**{**said, "coef_errors": tuple(said["coef_errors"])})


def _check_words(said: dict[str, Any]) -> None:
    for name, (fits, expected) in _EXPECTED.items():
        if not fits(said[name]):
            raise ValueError(f"statement: {name} is {said[name]!r:.60}, expected {expected}")


def _one_line(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_LINE


def _count(value: Any, least: int = 0) -> bool:
    return type(value) is int and least <= value < 2**128


def _between(value: Any, low: float, high: float) -> bool:
    return type(value) is float and isfinite(value) and low < value < high


def _words(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_one_line, value.values()))


_WHOLE = (_count, "a whole number below 2^128")
_EXPECTED = {
    "name": (_one_line, f"one line of at most {LONGEST_LINE} letters"),
    "seed": _WHOLE,
    "width": (lambda value: _count(value, 1), "a whole number from 1 to 2^128"),
    "eps": (lambda value: _between(value, 0, float("inf")), "a number above 0"),
    "delta": (lambda value: _between(value, 0, 1), "a probability between 0 and 1"),
    "signed": (lambda value: type(value) is bool, "true or false"),
    "guaranteed_width": _WHOLE,
    "coef_errors": (
        lambda value: isinstance(value, (list, tuple)) and value and all(map(_one_line, value)),
        "fractions, one for each layer",
    ),
    "within_eps": (lambda value: type(value) is bool, "true or false"),
    "kept": _WHOLE,
    "candidates": _WHOLE,
    "total": _WHOLE,
    "digests": (_words, "words by name"),
    "versions": (_words, "words by name"),
}
