"""Tickets in files that anyone can check: a statement, the target, the masks, and only the seed of the random network.

A ticket's file is an .npz of numbers alone: `statement` (JSON in bytes), the target as `coefficients_k`, `basis_k` (doubles)
and maybe `permutations_k` (so that it is a file of that target too), and `masks_k`, the bits of bool[in, width, out, b].
Nothing else is in it, and nothing twice: an array for each name, a word for each key of the statement.

Anyone can check it with NumPy and these lines. Coordinates that one basis element reads belong to one part, parts are in
the order of their first coordinates, and a perceptron has one. For layer k and input channel i,
`rng = numpy.random.default_rng([seed, k - 1, i])` draws λ = rng.uniform(-1, 1, (parts, width)) and then
μ = rng.uniform(-1, 1, (width, out, b)). The ticket keeps μ where the mask says, and λ of a channel of which it keeps some
μ. Where the part of b has λ > 0, Σλμ over what is kept is within eps of coefficients_k[i, out, b]; in the first layer, if
signed, so it is where λ < 0. Between layers stands ReLU; with `constant_input` the last input channel holds 1.

What this shows is that the ticket is one of the target *in the file*. Whoever writes the file can write any target into it,
any epsilon, and permutations or none: that it is a ticket of *yours* only a comparison with yours shows (`comparison`), and
that it is good enough only what you demand (`demands`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from itertools import chain
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import replacing
from sparse_limits.numerics.files.headers import Header
from sparse_limits.numerics.limits import Limit
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.numerics.tickets.archives import Arrays, open_arrays
from sparse_limits.numerics.tickets.costs import LayerShape, reading, rebuilding
from sparse_limits.numerics.tickets.digests import digest_of_words, digests
from sparse_limits.numerics.tickets.limits import USUAL
from sparse_limits.numerics.tickets.search import NetworkTicket
from sparse_limits.numerics.tickets.statement import ACTIVATION, FORMAT, Statement, read_statement
from sparse_limits.numerics.tickets.target_files import (
    Levels,
    equivariant_layers,
    generators_in,
    layer_shape,
    permutations_of_levels,
)
from sparse_limits.numerics.tickets.widths import guaranteed_width

KINDS = ("coefficients", "basis", "masks")


@dataclass(frozen=True, eq=False)
class StoredTicket:
    """A ticket as it is in a file; nothing that the statement says about it has been checked."""

    statement: Statement
    ticket: NetworkTicket
    permutations: Levels | None


def save_ticket(
    path: str | PathLike[str],
    ticket: NetworkTicket,
    delta: float,
    name: str = "",
    permutations: Levels | None = None,
    constant_input: bool = False,
) -> Statement:
    """Write a ticket to a .npz file, whole or not at all, and say what its statement is.

    delta: at which the theorem's width is stated; name: of the target, one line; permutations: int[generators,
    coordinates] of a group on each level (`target_files.permutations_of_levels`); constant_input: whether the last input
    channel of the target holds 1. InputError for another suffix, a place that cannot be written to, targets for which no
    width is guaranteed, and a statement that could not be read again: a name of several lines, a seed from 2^128 on.
    """
    file = ticket_file(path)
    if permutations:  # as they are read again, for their digest
        permutations = permutations_of_levels(ticket.target, dict(enumerate(permutations)))
    errors = ticket.coef_errors
    statement = Statement(
        format=FORMAT,
        name=name,
        seed=ticket.seed,
        width=ticket.width,
        eps=float(ticket.eps),
        delta=float(delta),
        activation=ACTIVATION,
        constant_input=bool(constant_input),
        signed=ticket.signed,
        guaranteed_width=guaranteed_width(ticket.target, ticket.eps, delta, ticket.signed),
        coef_errors=tuple(map(str, errors)),
        within_eps=bool(max(errors) <= Fraction(ticket.eps)),
        kept=ticket.kept,
        candidates=ticket.candidates,
        total=ticket.total,
        digests=digests(ticket, permutations),
        versions={"sparse-limits": version("sparse-limits"), "numpy": np.__version__},
    )
    statement.digests["statement"] = digest_of_words(statement)
    arrays: Arrays = {"statement": statement.as_bytes()}
    for k, (layer, mask) in enumerate(zip(ticket.target, ticket.masks, strict=True), start=1):
        arrays |= {f"coefficients_{k}": layer.coeffs, f"basis_{k}": layer.basis, f"masks_{k}": np.packbits(mask)}
    for level, permutation in enumerate(permutations or ()):
        arrays[f"permutations_{level}"] = permutation
    with replacing(file) as temporary, temporary.open("wb") as stream:  # NumPy would add .npz to a name in .NPZ
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return statement


def ticket_file(path: str | PathLike[str]) -> Path:
    """A file to write a ticket to. InputError for another suffix."""
    file = Path(path)
    if file.suffix.lower() != ".npz":
        raise InputError(f"{file}: suffix is {file.suffix!r}, expected .npz")
    return file


def load_ticket(path: str | PathLike[str], limit: Limit = USUAL) -> StoredTicket:
    """The ticket in a file; `checking.check_ticket` says whether it is true.

    InputError, in one line with the file's name, if the file is missing, damaged, pickled, or no ticket, and if checking
    it would take more than the limit, before room is made for it.
    """
    with open_arrays(Path(path), limit) as held:
        if "statement" not in held.headers:
            raise InputError(
                f"holds {', '.join(list(held.headers)[:6]) or 'nothing'}, expected a ticket, with its statement"
            )
        statement = read_statement(held.read("statement"))
        shapes = _layer_shapes(held.headers, statement)
        limit.check(
            f"width {plain(statement.width, 40)}: checking it",
            reading(shapes, generators_in(held.headers)).then(rebuilding(shapes, statement.width)),
        )
        return _ticket(statement, shapes, {name: held.read(name) for name in held.headers})


def _names(statement: Statement) -> list[list[str]]:
    """Of coefficients, bases and masks, layer by layer."""
    return [[f"{kind}_{k}" for k in range(1, len(statement.coef_errors) + 1)] for kind in KINDS]


def _layer_shapes(headers: Mapping[str, Header], statement: Statement) -> list[LayerShape]:
    """InputError for arrays that are missing, left over, or of other types and shapes than those of a ticket."""
    names = _names(statement)
    depth = len(names[0])
    expected = {"statement", *chain(*names)}
    levels = {f"permutations_{k}" for k in range(depth + 1)}
    if unlike := (expected - headers.keys()) | (headers.keys() - expected - levels):
        raise InputError(f"a ticket of {depth} layers with {', '.join(sorted(unlike)[:6])} missing or left over")
    for name in chain(*names[:2]):
        if headers[name].dtype.kind != "f" or headers[name].dtype.itemsize != 8:
            raise InputError(f"{name} {headers[name]}, expected doubles")
    shapes = []
    for k, (coefficients, basis, masks) in enumerate(zip(*names, strict=True), start=1):
        shape = layer_shape(k, headers[coefficients], headers[basis])
        count = shape.coefficients * statement.width
        if headers[masks].dtype != np.uint8 or headers[masks].shape != (-(-count // 8),):
            raise InputError(f"{masks} {headers[masks]}, expected a byte for 8 of {plain(count, 40)} bits")
        shapes.append(shape)
    return shapes


def _ticket(statement: Statement, shapes: list[LayerShape], arrays: Arrays) -> StoredTicket:
    coefficients, bases, packed = ([arrays[name] for name in each] for each in _names(statement))
    layers = equivariant_layers(coefficients, bases)
    masks = tuple(
        _mask(f"masks_{k}", bits, (shape.before, statement.width, shape.after, shape.elements))
        for k, (bits, shape) in enumerate(zip(packed, shapes, strict=True), start=1)
    )
    given = {k: arrays[name] for k in range(len(layers) + 1) if (name := f"permutations_{k}") in arrays}
    permutations = permutations_of_levels(layers, given) if given else None
    ticket = NetworkTicket(layers, statement.width, statement.eps, statement.seed, statement.signed, masks)
    return StoredTicket(statement, ticket, permutations)


def _mask(name: str, bits: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    count = int(np.prod(shape, dtype=object))
    flat = np.unpackbits(bits)
    if flat[count:].any():
        raise InputError(f"{name}: bits after the last of {count} are set, expected zeros")
    return flat[:count].reshape(shape).astype(bool)
