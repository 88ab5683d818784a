"""A ticket found, or a ticket's file checked, in one call: what `sparse-limits ticket` does."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from importlib.metadata import version
from math import ceil, nextafter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from sparse_limits.numerics.arguments import InputError, Seed, seed_number
from sparse_limits.numerics.door import door
from sparse_limits.numerics.limits import Limit, Work, read_limit
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.numerics.subset_sum.exact_numbers import exact_number
from sparse_limits.numerics.tickets.agreement import agreement_of
from sparse_limits.numerics.tickets.cases import Case, from_files, of_ticket, trained
from sparse_limits.numerics.tickets.checking import Check, check_stored
from sparse_limits.numerics.tickets.costs import evaluating, reading, searching, shapes_of, touched_for
from sparse_limits.numerics.tickets.demands import Demand, Demands, demanded
from sparse_limits.numerics.tickets.files import load_ticket, save_ticket, ticket_file
from sparse_limits.numerics.tickets.limits import USUAL
from sparse_limits.numerics.tickets.report import (
    CheckSummary,
    NetworkWidthSummary,
    Summary,
    compare,
    describe,
    found,
    summarise_agreement,
    summarise_check,
    widths,
)
from sparse_limits.numerics.tickets.samples import PLAIN_COLUMNS, Columns
from sparse_limits.numerics.tickets.search import NetworkTicket, find_ticket
from sparse_limits.numerics.tickets.targets import TARGETS
from sparse_limits.numerics.tickets.targets.target import trained_seed
from sparse_limits.numerics.tickets.widths import NOTHING, candidates_per_parameter, guaranteed_width, network_widths
from sparse_limits.numerics.writable import check_writable

if TYPE_CHECKING:
    from sparse_limits.numerics.data import ColumnNames

USUAL_EPSILON = 1e-6
LEAST = Fraction(1, 10**300)  # error that the search tells from 0
SMALLEST = Fraction(1, 10**307)  # scale that is a normal double, with its inverse
PLAIN = re.compile(r"[0-9./]{1,40}(e[+-]?[0-9]{1,2})?")  # no power that would not fit in memory
Share = Fraction | float | str


class Found(NamedTuple):
    """A ticket with its target, and all numbers of it, as `sparse-limits ticket --json` writes them."""

    ticket: NetworkTicket
    case: Case
    summary: Summary

    @property
    def holds(self) -> bool:
        """Whether every coefficient is within epsilon."""
        return self.summary["ticket"]["within_epsilon"]


class Checked(NamedTuple):
    """What a ticket's file says, whether that is so, what was demanded, and all numbers of it."""

    check: Check
    demands: list[Demand]
    summary: CheckSummary

    @property
    def holds(self) -> bool:
        """Whether all that the file says is true, of the target given, and all that is demanded is met."""
        return self.summary["holds"] and all(demand.met for demand in self.demands)


def case_of(
    target: str, data: str | None, nonnegative: bool, seed: int, limit: Limit, columns: Columns = PLAIN_COLUMNS
) -> Case:
    """A target, trained or read, with its samples. InputError, in one line, for whatever is wrong with the files."""
    if target in TARGETS:
        if data is not None or nonnegative:
            raise InputError(f"target is {target!r}, which brings its samples, expected neither data nor nonnegative")
        return trained(target, seed)
    if not Path(target).suffix:
        raise InputError(f"{plain(target)}: expected one of {', '.join(TARGETS)}, or a .npz, .safetensors or .pt file")
    return from_files(target, data, nonnegative, limit, columns)


@door
def ticket(
    target: str | Case,
    *,
    data: str | None = None,
    label_column: str | int | None = None,
    missing: str | None = None,
    drop: ColumnNames | None = None,
    nonnegative: bool = False,
    width_factor: Share = 1,
    epsilon: float | None = None,
    delta: float = 0.01,
    output_error: float | None = None,
    radius: float | None = None,
    seed: Seed = 0,
    limit: Limit | str = USUAL,
    output: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Found:
    """Find a trained network inside a random network by pruning alone, with a certificate for every coefficient.

    With `output_error`, epsilon is computed from the error allowed in the outputs (Q11.1): outputs of the target as
    given, up to rounding of its scale; of a target trained here, scaled to largest coefficients of 1/(2e).

    Parameters
    ----------
    target : a name in `targets.TARGETS`, such as digits-mlp, trained here; a .npz, .safetensors or .pt file of a network; or a Case
    data : samples for a target from a file: a .npz or .pt file (x, maybe y), a .csv, .tsv, .parquet or .npy file, or digits
    label_column : column of labels in a table, by name or number from 1; None for the last one, if there is one more than inputs
    missing : "drop" leaves out samples with missing values, "mean" replaces these values by the mean of the column; None refuses them
    drop : columns to leave out of a table, by name or number from 1; None for no column
    nonnegative : True if inputs of a target from a file are never negative
    width_factor : width of the random network relative to the width of the theorem, in (0, 1000], such as 0.5 or "1/4"
    epsilon : largest error of a coefficient, above 0, where the largest coefficient of a layer is 1/(2e); None for 1e-6
    delta : probability with which the theorem may fail, in (0, 1)
    output_error : largest error of an output at any input of modulus up to `radius`, above 0; None to use `epsilon`
    radius : largest modulus of an input, above 0, only with `output_error`; None for 1
    seed : whole number, SeedSequence or Generator; for a target trained here, a whole number up to 2^32, also used for the training
    limit : memory and time that the work may take by estimate, such as "4GiB,10min"; 1 GiB and 1 min by default
    output : .npz file to write the ticket to; None for no file
    progress : function called with the number of input channels searched and their total; None for no calls

    Returns
    -------
    Found, with `ticket`, `case` (target, samples), `summary` (all numbers) and `holds` (every error is within epsilon).

    Raises
    ------
    InputError : for a target, data or numbers that cannot be used, conflicting arguments, and work beyond `limit`

    References
    ----------
    Claims R8, Q7.1, Q11.1.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/target.npz", weights_1=np.array([[0.1], [-0.05]]))
    ...     result = ticket(f"{folder}/target.npz", epsilon=1e-3, width_factor="1/4")
    >>> result.holds, result.summary["target"]["coefficients"]
    (True, [2])
    """
    if isinstance(target, str) and target in TARGETS and isinstance(seed, int):
        trained_seed(seed)
    number, factor = seed_number(seed), checked_factor("width_factor", width_factor)
    for name, value in (("epsilon", epsilon), ("output_error", output_error), ("radius", radius)):
        if value is not None:
            check_epsilon(name, value)
    if epsilon is not None and output_error is not None:
        raise InputError("epsilon and output_error are both given, expected one of them")
    if radius is not None and output_error is None:
        raise InputError("radius is given, expected only beside output_error")
    check_delta("delta", delta)
    if output is not None:
        check_writable(str(ticket_file(output)))  # refused before the work, not after it
    if isinstance(target, Case) and (data is not None or nonnegative):
        raise InputError("target is a Case, which brings its samples, expected neither data nor nonnegative")
    columns = _columns(data, label_column, missing, drop)
    within = read_limit(limit, USUAL) if isinstance(limit, str) else limit
    with threadpool_limits(1), np.errstate(over="ignore", invalid="ignore"):  # layers refuse what is not finite
        started = perf_counter()
        case = target if isinstance(target, Case) else case_of(target, data, nonnegative, number, within, columns)
        target_took = perf_counter() - started
        network = None if output_error is None else _network(case, output_error, delta, radius or 1.0)
        near = USUAL_EPSILON if epsilon is None else epsilon
        if network is not None:
            near = NOTHING if network["empty"] else _least_error(network)
        guaranteed = guaranteed_width(case.layers, near, delta, case.signed)
        if network is not None:
            guaranteed = max(guaranteed, *network["guaranteed"])
        width = ceil(factor * guaranteed)
        within.check(f"width {width}: the search and what follows", work_of(case, width, near))
        of_width = widths(case, near, delta, guaranteed, width, network)
        started = perf_counter()
        result = find_ticket(case.layers, width, near, number, case.signed, progress, within)
        search_took = perf_counter() - started
        started = perf_counter()
        summary: Summary = {
            "version": version("sparse-limits"),
            "target": describe(case),
            "width": of_width,
            "delta": delta,
            "ticket": found(result),
            **compare(result, case),
            "file": output,
            "seconds": {"target": target_took, "search": search_took, "comparison": perf_counter() - started},
        }
        if output is not None:
            save_ticket(output, result, delta, case.name, case.permutations, case.biased)
    return Found(result, case, summary)


@door
def check(
    file: str,
    *,
    target: str | None = None,
    data: str | None = None,
    label_column: str | int | None = None,
    missing: str | None = None,
    drop: ColumnNames | None = None,
    nonnegative: bool = False,
    epsilon: float | None = None,
    agreement: Share | None = None,
    kept: Share | None = None,
    limit: Limit | str = USUAL,
) -> Checked:
    """Rebuild the random network of a ticket's file from its seed, and check all that the file says, exactly.

    Without a target, only consistency is checked: the author of the file chose target and epsilon. With `data` or a
    demand (`epsilon`, `agreement`, `kept`), the ticket must then serve inputs of either sign, unless `nonnegative`.

    Parameters
    ----------
    file : ticket in a .npz file
    target : network that the ticket should be of: a name, such as digits-mlp (trained with the ticket's seed), or a file; None for none
    data : samples for `agreement` (a target trained here has its own): a .npz, .pt, .csv, .tsv, .parquet or .npy file, or digits
    label_column : column of labels in a table, by name or number from 1; None for the last one, if there is one more than inputs
    missing : "drop" leaves out samples with missing values, "mean" replaces these values by the mean of the column; None refuses them
    drop : columns to leave out of a table, by name or number from 1; None for no column
    nonnegative : True if inputs are never negative
    epsilon : largest error of a coefficient, above 0, where the largest coefficient of a layer is 1/(2e); None for no demand
    agreement : smallest share of samples, in [0, 1], with the same largest output; None for no demand
    kept : largest share, in [0, 1], of the coefficients of the blocks that the ticket may keep; None for no demand
    limit : memory and time that the check may take by estimate, such as "4GiB,10min"; 1 GiB and 1 min by default

    Returns
    -------
    Checked, with `check` (all findings), `demands`, `summary` (all numbers) and `holds` (all is as stated and
    demanded).

    Raises
    ------
    InputError : for a file that is no ticket, a target, data or a demand that cannot be used, and work beyond `limit`

    References
    ----------
    Claims R8, Q7.1, Q11.1.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from sparse_limits import ticket
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target, file = f"{folder}/target.npz", f"{folder}/ticket.npz"
    ...     np.savez(target, weights_1=np.array([[0.1], [-0.05]]))
    ...     result = ticket(target, epsilon=1e-3, width_factor="1/4", output=file)
    ...     said = check(file, target=target, epsilon=1e-3)
    >>> said.holds, said.summary["verdict"]
    (True, 'meets your demands')
    """
    if epsilon is not None:
        check_epsilon("epsilon", epsilon)
    least = None if agreement is None else checked_share("agreement", agreement)
    most = None if kept is None else checked_share("kept", kept)
    columns = _columns(data, label_column, missing, drop)
    within = read_limit(limit, USUAL) if isinstance(limit, str) else limit
    with threadpool_limits(1), np.errstate(over="ignore", invalid="ignore"):
        started = perf_counter()
        stored = load_ticket(file, within)
        if target is not None and _one_file(target, file):
            raise InputError(f"target is {plain(target)}, the ticket itself, expected a file of your own network")
        case, given = None, None
        if target is not None:
            case = given = case_of(target, data, nonnegative, stored.statement.seed, within, columns)
        elif data is not None:
            case = of_ticket(stored, data, nonnegative, within, columns)
        checked = check_stored(stored, None if given is None else given.reference)
        agreed = agreement_of(stored, case, within, needed=least is not None)
        anything = nonnegative or data is not None or any(each is not None for each in (epsilon, most, least))
        # signs of inputs are those of the target given; else the ticket is to meet any, unless they are never negative
        signed = not nonnegative if anything and given is None else None
        demands = list(demanded(stored.ticket, Demands(epsilon, most, least, signed), agreed))
        named = None if case is None or case.samples is None else case.samples.name
        samples = None if named is None or agreed is None else summarise_agreement(named, agreed)
        summary = summarise_check(file, checked, demands, samples, perf_counter() - started)
    return Checked(checked, demands, summary)


def checked_factor(name: str, value: Share) -> Fraction:
    """A width over that of the theorem, exact; InputError unless it is above 0 and at most 1000."""
    factor = _exact(value)
    if factor is None or not 0 < factor <= 1000:
        raise InputError(f"{name} is {value!r:.60}, expected a number above 0, such as 1/2 or 0.1, at most 1000")
    return factor


def checked_share(name: str, value: Share) -> Fraction:
    """A share, exact; InputError unless it is from 0 to 1."""
    share = _exact(value)
    if share is None or not 0 <= share <= 1:
        raise InputError(f"{name} is {value!r:.60}, expected a share from 0 to 1, such as 0.99 or 199/200")
    return share


def _one_file(target: str, file: str) -> bool:
    with suppress(OSError, ValueError):  # no file of this name
        return target not in TARGETS and Path(target).samefile(file)
    return False


def check_epsilon(name: str, value: float) -> None:
    """InputError unless it is a finite number above 0."""
    if not 0 < value < float("inf"):
        raise InputError(f"{name} is {value:g}, expected a number above 0")


def check_delta(name: str, value: float) -> None:
    """InputError unless it is a probability between 0 and 1."""
    if not 0 < value < 1:
        raise InputError(f"{name} is {value:g}, expected a probability between 0 and 1")


def _columns(data: str | None, label: str | int | None, missing: str | None, drop: ColumnNames | None) -> Columns:
    """InputError for what is said of columns where there are no samples to read."""
    for name, value in (("label_column", label), ("missing", missing), ("drop", drop)):
        if value is not None and data is None:
            raise InputError(f"{name} is given, expected only beside `data`")
    return Columns(label, missing, drop)


def _exact(value: Share) -> Fraction | None:
    """The number that a text shows, or that a float prints as; None if there is none."""
    if isinstance(value, Fraction):
        return value
    try:
        return Fraction(str(value) if PLAIN.fullmatch(str(value)) else "")
    except (ValueError, ZeroDivisionError):
        return None


def _network(case: Case, output_error: float, delta: float, radius: float) -> NetworkWidthSummary:
    """What Q11.1 asks of each layer; a channel that carries biases holds 1."""
    reach = max(radius, 1.0) if case.biased else float(radius)
    if not SMALLEST <= case.scale <= 1 / SMALLEST:
        raise InputError("output_error is given, expected a target whose scale multiplies outputs by 1e-307 to 1e307")
    found = network_widths(
        case.layers, exact_number("output_error", output_error) * case.scale, delta, reach, case.signed
    )
    errors = [each.coefficient_error for each in found]
    beyond = None if case.samples is None else int((np.abs(case.samples.x) > reach).any(axis=(1, 2)).sum())
    return {
        "output_error": output_error,
        "radius": reach,
        "scale": float(case.scale),
        "empty": all(each == NOTHING for each in errors),
        "coefficient_errors": errors,
        "guaranteed": [each.width for each in found],
        "candidates_per_parameter": candidates_per_parameter(case.layers, errors, delta),
        "samples_beyond_radius": beyond,
    }


def _least_error(network: NetworkWidthSummary) -> float:
    """Of the layers, rounded down. InputError for one smaller than what is searched for."""
    least = min(network["coefficient_errors"])
    if least <= LEAST:
        asked = f"output_error {network['output_error']:g} at radius {network['radius']:g}"
        raise InputError(f"{asked} asks for coefficients within {least:.3g}, expected more than 1e-300")
    return nextafter(least, 0)


def work_of(case: Case, width: int, eps: float) -> Work:
    """What `ticket` estimates of its search and comparison, where it usually keeps something of the first items alone."""
    shapes = shapes_of(case.layers)
    numbers = shapes[0].before * shapes[0].columns
    inputs = numbers if case.samples is None else len(case.samples.x)
    passes = 1 if case.permutations is None else 2 + len(case.permutations[0])
    touched = touched_for(eps, len(shapes), case.signed)
    held = Work(reading(shapes).memory + 16 * inputs * numbers, 0)
    comparison = evaluating(shapes, width, inputs, passes, touched).then(held)
    return searching(shapes, width, eps, case.signed).then(comparison)
