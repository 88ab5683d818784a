"""`sparse-limits predict`: what a pruning method will keep of the first layer, and a pruned network beside it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from numerics.data import Dataset
    from numerics.networks import Network
    from numerics.predict import Comparison, Observation, Prediction
    from numerics.row_law import Problem

WIDTH, COMPARED_WIDTHS = 1024, (256, 1024, 4096)
NETWORKS, WIDE = 4, 4096  # compared networks, halved from this width on
MOST_SAMPLES = 4096
MOST_ENTRIES = 2**26  # of an array samples × width, or of all upper layers: 512 MB
UNLIKELY = 1e-3
DIGITS_SETTINGS = (  # labels, standardised, initial output subtracted: the settings of S6
    ("ge5", True, True),
    ("is0", True, True),
    ("is0c", True, True),
    ("ge5", False, True),
    ("is0", False, True),
    ("ge5", True, False),
    ("is0", True, False),
    ("ge5", False, False),
    ("is0", False, False),
)

EPILOG = (
    "The theory speaks of ReLU networks in the NTK parametrisation with standard normal weights, and of their first "
    "layer. Claims are named by their labels, such as S2: sparse-limits show S2."
)


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = "Predict the column densities of a pruned first layer from data, and check them on a network."
    parser.epilog = EPILOG
    add = parser.add_argument
    add("--method", required=True, metavar="M", help="random, magnitude, snip, grasp, grasp-magnitude, synflow, wanda")
    add("--density", type=float, default=0.1, metavar="R", help="share of weights kept, in (0, 1) (default 0.1)")
    add("--width", type=int, nargs="+", metavar="N", help="hidden units (default 1024); several with --compare")
    add("--data", default="digits", metavar="DATA", help="digits (default), or a .npz or .csv file")
    add(
        "--labels",
        metavar="LABELLING",
        help="ge:K, is:K, onehot, as-is ... (default: ge5 for digits, as-is for a file)",
    )
    scaling = parser.add_mutually_exclusive_group()
    scaling.add_argument(
        "--standardise", action="store_true", default=None, help="columns to mean 0, variance 1 (digits)"
    )
    scaling.add_argument("--raw", dest="standardise", action="store_false", help="columns as they are (files)")
    add("--samples", type=int, default=MOST_SAMPLES, metavar="N", help=f"random batch of larger data ({MOST_SAMPLES})")
    add("--depth", type=int, default=1, metavar="L", help="hidden layers (default 1)")
    add(
        "--residual",
        default="target",
        metavar="KIND",
        help="target: -y, initial output subtracted (default); output: f0 - y",
    )
    add("--networks", type=int, metavar="K", help="networks pruned (default 1; --compare: 4, or 2 from width 4096 on)")
    add("--fresh-rows", type=int, default=20_000, metavar="N", help="rows sampled for the row law (default 20000)")
    add("--seed", type=int, default=0, metavar="S", help="of all random numbers (default 0)")
    add("--no-sample", dest="sample", action="store_false", help="predict only, prune no network")
    add("--compare", action="store_true", help="a table of predictors over data, residuals and widths (snip, grasp)")
    add("--top", type=int, default=10, metavar="N", help="inputs listed at each end (default 10)")
    add("--plot", type=Path, metavar="FILE", help="a picture, .png or .svg (needs sparse-limits[plot])")
    add("--json", metavar="FILE", help="all numbers; - for standard output, without the tables")


def run(arguments: Namespace) -> int:
    """Predict, sample, report. Raises ValueError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    _check(arguments)
    console = Console(quiet=arguments.json == "-")
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        if arguments.compare:
            _compare(arguments, console)
        else:
            _predict(arguments, console)
    return 0


def _check(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    for name, least in {"networks": 1, "samples": 2, "top": 1, "seed": 0}.items():
        value = getattr(arguments, name)
        if value is not None and value < least:
            raise ValueError(f"--{name} is {value}, expected a whole number of at least {least}")
    if arguments.residual not in ("target", "output"):
        raise ValueError(f"--residual is {arguments.residual!r}, expected target or output")
    if arguments.width is not None and len(arguments.width) > 1 and not arguments.compare:
        raise ValueError(f"--width has {len(arguments.width)} values, expected 1 without --compare")
    if any(width < 1 for width in arguments.width or ()):
        raise ValueError(f"--width is {min(arguments.width)}, expected a whole number of at least 1")
    if arguments.plot is not None:
        from numerics.figures import check_plot

        if arguments.compare:
            raise ValueError("--plot is given, expected none with --compare")
        check_plot(arguments.plot)
    for path in (arguments.plot, None if arguments.json in (None, "-") else Path(arguments.json)):
        if path is not None and not path.parent.is_dir():
            raise ValueError(f"{path}: there is no folder {path.parent}")


# One prediction


@dataclass(frozen=True, eq=False)
class Case:
    """A network's prediction and, if it was pruned, what was observed."""

    prediction: Prediction
    observation: Observation | None


def _predict(arguments: Namespace, console: Console) -> None:
    batching, sampling, drawing = np.random.SeedSequence(arguments.seed).spawn(3)
    width = arguments.width[0] if arguments.width else WIDTH
    whole = _load(arguments.data, arguments.labels, arguments.standardise)
    data = _batch(whole, arguments.samples, np.random.default_rng(batching))
    _check_size(arguments, width, len(data.x))
    with console.status("predicting"):
        cases = list(_cases(arguments, width, data, sampling, drawing))
    notes = _notes(arguments, cases, whole, data)
    summary = _summary(arguments, cases, whole, data, notes)
    _show(console, arguments, cases, data, notes, summary)
    if arguments.plot is not None:
        from numerics.figures import plot_prediction

        shape = (8, 8) if arguments.data == "digits" else None
        plot_prediction(arguments.plot, cases[0].prediction, cases[0].observation, shape)
        console.print(f"picture written to {arguments.plot}")
    if arguments.json is not None:
        _write_json(arguments.json, summary)


def _check_size(arguments: Namespace, width: int, samples: int) -> None:
    """Refuse what is outside the theory or the memory before anything is drawn."""
    from numerics.row_law import check_method

    check_method(arguments.method, arguments.depth)
    if (not arguments.sample and arguments.residual == "target") or arguments.method in ("random", "magnitude"):
        samples = 1
    if samples * width > MOST_ENTRIES:
        raise ValueError(
            f"--width is {width}: {samples} samples would need {samples * width / 2**27:.1f} GB an array, expected "
            f"--samples {max(2, MOST_ENTRIES // width)} or fewer, or --no-sample"
        )
    if arguments.sample and (arguments.depth - 1) * width**2 > MOST_ENTRIES:
        raise ValueError(
            f"--depth is {arguments.depth}: {arguments.depth} layers of {width} units do not fit in memory, expected "
            "less, or --no-sample"
        )


def _load(source: str, labels: str | None, standardise: bool | None) -> Dataset:
    from numerics.data import digits, load

    if source == "digits":
        return digits(labels or "ge5", standardise is not False)
    return load(source, labels or "as-is", bool(standardise))


def _batch(data: Dataset, samples: int, rng: np.random.Generator) -> Dataset:
    """A random subset of at most `samples` samples, in their order."""
    from numerics.data import Dataset

    if len(data.x) <= samples:
        return data
    chosen = np.sort(rng.choice(len(data.x), samples, replace=False))
    return Dataset(data.x[chosen], data.y[chosen], data.name, data.labelling)


def _cases(
    arguments: Namespace, width: int, data: Dataset, sampling: np.random.SeedSequence, drawing: np.random.SeedSequence
) -> Iterator[Case]:
    from numerics.networks import random_network
    from numerics.predict import observe, predict
    from numerics.row_law import SMOOTHED, posed

    subtracted = arguments.residual == "target"
    alike = subtracted and arguments.method not in SMOOTHED  # one prediction for all networks
    widths = (data.x.shape[1], *[width] * arguments.depth, data.y.shape[1])

    def problem(network: Network | None) -> Problem:
        return posed(
            arguments.method, arguments.density, width, data, network,
            subtract_output=subtracted, depth=arguments.depth,
        )  # fmt: skip

    if not arguments.sample and subtracted:
        yield Case(predict(problem(None), arguments.fresh_rows, np.random.default_rng(sampling)), None)
        return
    problem_checked = problem(None) if alike else None  # before networks are drawn
    prediction = None
    for fresh, drawn in zip(*(seed.spawn(arguments.networks or 1) for seed in (sampling, drawing)), strict=True):
        rng = np.random.default_rng(drawn)
        network = random_network(widths, rng)
        if prediction is None or not alike:
            rows = np.random.default_rng(sampling if alike else fresh)
            prediction = predict(problem_checked or problem(network), arguments.fresh_rows, rows)
        yield Case(prediction, observe(prediction, network, rng) if arguments.sample else None)


def _notes(arguments: Namespace, cases: Sequence[Case], whole: Dataset, data: Dataset) -> list[str]:
    """What a reader should know about the prediction before trusting it."""
    from numerics.row_law import SMOOTHED, limit_smoothing

    problem, law = cases[0].prediction.problem, cases[0].prediction.law
    notes = []
    if len(data.x) < len(whole.x):
        notes.append(f"a random batch of {len(data.x)} of the {len(whole.x)} samples, for prediction and network alike")
    if law.rows < arguments.fresh_rows:
        notes.append(f"{law.rows} fresh rows, not {arguments.fresh_rows}: more scores would not fit in memory")
    if problem.by_row and abs(problem.share - problem.density) > 1e-12:
        kept = round(problem.share * problem.inputs)
        notes.append(f"rows keep {kept} of {problem.inputs} weights each: density {problem.share:.4g}")
    if problem.method in SMOOTHED and not (arguments.sample or not problem.fixed_residual):
        notes.append(
            "residual smoothed by the limit kernel Θ (S8); a network's own differs by O(n^-1/2), on raw balanced data "
            "by much: a pruned network (no --no-sample) is predicted with its own"
        )
    elif problem.method in SMOOTHED:
        limit = limit_smoothing(problem.x, problem.residual)
        distance = float(np.linalg.norm(problem.smoothed - limit) / np.linalg.norm(limit))
        notes.append(
            f"residual smoothed by the drawn network's own kernel (S8), {distance:.3f} of its norm from the limit's"
        )
    if not problem.fixed_residual and problem.method in (*SMOOTHED, "snip"):
        notes.append("the residual is that of the drawn network: its rows are exchangeable, not independent (S6)")
    if problem.method == "synflow" and problem.depth > 1:
        notes.append("deep SynFlow: rows by the limit of constant row factors; a finite network's rows vary more (S11)")
    return notes


def _summary(
    arguments: Namespace, cases: Sequence[Case], whole: Dataset, data: Dataset, notes: Sequence[str]
) -> dict[str, object]:
    """All numbers of the call, for JSON; what does not apply is None."""
    from numerics.predict import RANK_ONE_DISTANCE, limit

    first = cases[0].prediction
    problem, moments = first.problem, first.moments
    observations = [case.observation for case in cases if case.observation is not None]
    values = [each.p_value for each in observations]
    tested = [value for value in values if value is not None]
    constant = np.ptp(data.x, axis=0) == 0
    return {
        "method": problem.method,
        "density": problem.density,
        "kept_share": problem.share,
        "width": problem.width,
        "depth": problem.depth,
        "seed": arguments.seed,
        "fresh_rows": first.law.rows,
        "data": {
            "name": data.name,
            "labelling": data.labelling,
            "samples": len(whole.x),
            "samples_used": len(data.x),
            "inputs": problem.inputs,
            "constant_inputs": int(constant.sum()),
            "outputs": problem.outputs,
        },
        "residual": arguments.residual,
        "limit": limit(problem),
        "threshold": first.threshold,
        "predictor": first.used,
        "reason": first.reason,
        "notes": list(notes),
        "rank_one": {
            "claimed": first.rank_one,
            "distance": first.rank_one_distance,
            "allowed": RANK_ONE_DISTANCE,
            "fluctuation": None if moments is None else moments.fluctuation,
            "eigenvalue_shares": None if moments is None else moments.eigenvalue_shares().tolist(),
        },
        "columns": {
            "predicted": {name: _mean(c.prediction.predictors[name] for c in cases) for name in first.predictors},
            "observed": _mean(each.densities for each in observations),
        },
        "noise_floor": float(np.mean([case.prediction.floor for case in cases])),
        "errors": _errors(cases),
        "zero_share": {
            "predicted": _mean(case.prediction.law.zero_share for case in cases),
            "observed": _mean(each.zero_share for each in observations),
        },
        "dead_unit_share": {
            "predicted": _mean(case.prediction.law.dead_share for case in cases),
            "observed": _mean(each.dead_share for each in observations),
        },
        "rows": _row_errors(cases),
        "test": {
            "p_value": min(1.0, len(tested) * min(tested)) if tested else None,
            "p_values": values,
            "exact": problem.exact,
            "unlikely": UNLIKELY,
        },
    }


def _mean(values: Iterator[object]) -> object:
    """The mean of numbers or arrays, as a number or a list; None of nothing."""
    found = list(values)
    return np.mean(found, axis=0).tolist() if found else None


def _errors(cases: Sequence[Case]) -> dict[str, dict[str, object]] | None:
    """The scores of each predictor, averaged over networks."""
    from numerics.predict import score

    if any(case.observation is None for case in cases):
        return None
    found = {}
    for name in cases[0].prediction.predictors:
        scores = [
            asdict(
                score(
                    case.prediction.predictors[name],
                    case.observation.densities,
                    case.prediction.law.densities,
                    case.prediction.problem.width,
                )
            )
            for case in cases
        ]
        found[name] = {
            key: None if any(each[key] is None for each in scores) else float(np.mean([each[key] for each in scores]))
            for key in scores[0]
        }
    return found


def _row_errors(cases: Sequence[Case]) -> dict[str, object] | None:
    """Shallow SynFlow's row densities against the pruned rows."""
    from numerics.predict import noise_floor

    pairs = [(c.observation, c.prediction.problem.inputs) for c in cases if c.observation is not None]
    if not pairs or pairs[0][0].row_prediction is None:
        return None
    errors = [float(np.abs(seen.mask.mean(axis=1) - seen.row_prediction).mean()) for seen, _ in pairs]
    floors = [noise_floor(seen.row_prediction, inputs) for seen, inputs in pairs]
    return {"error": float(np.mean(errors)), "floor": float(np.mean(floors))}


# Faces


def _show(
    console: Console,
    arguments: Namespace,
    cases: Sequence[Case],
    data: Dataset,
    notes: Sequence[str],
    summary: Mapping[str, object],
) -> None:
    console.print(_header(arguments, cases[0].prediction.problem, data, notes, summary))
    console.print()
    console.print(_column_table(arguments.top, cases, summary))
    if summary["errors"] is not None:
        console.print(_error_table(cases, summary))
    console.print(_facts_table(summary))


def _header(
    arguments: Namespace, problem: Problem, data: Dataset, notes: Sequence[str], summary: Mapping[str, object]
) -> Table:
    """What is predicted, from what, by what."""
    from rich.table import Table
    from rich.text import Text

    about = summary["data"]
    constant = f" ({about['constant_inputs']} constant)" if about["constant_inputs"] else ""
    outputs = "1 output" if problem.outputs == 1 else f"{problem.outputs} outputs"
    residual = "-y (initial output subtracted)" if arguments.residual == "target" else "f0 - y"
    layers = "1 hidden layer" if problem.depth == 1 else f"{problem.depth} hidden layers"
    threshold = "" if summary["threshold"] is None else f"; tau = {summary['threshold']:.5g}"
    lines = [
        (
            "method",
            f"{problem.method} at density {problem.density:g}, {layers} of {problem.width}, residual {residual}",
        ),
        (
            "data",
            f"{data.name}, labels {data.labelling}: {len(data.x)} samples, {problem.inputs} inputs{constant}, {outputs}",
        ),
        ("limit", f"{summary['limit']}{threshold}"),
        ("predictor", f"{summary['predictor']}: {summary['reason']}"),
        *(("note", note) for note in notes),
    ]
    grid = Table.grid(padding=(0, 2))
    for name, text in lines:
        grid.add_row(Text(name, style="bold"), Text(text))
    return grid


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, justify="right")
    return table


def _column_table(top: int, cases: Sequence[Case], summary: Mapping[str, object]) -> Table:
    """The inputs kept most and least, by prediction."""
    used = summary["predictor"]
    names = [used, *(name for name in ("row law",) if name != used)]
    predicted = {name: np.array(summary["columns"]["predicted"][name]) for name in names}
    observed = summary["columns"]["observed"]
    law = predicted["row law"]
    deviation = 2 * np.sqrt(law * (1 - law) / (summary["width"] * len(cases)))
    order = np.argsort(-predicted[used], kind="stable")
    whole = len(order) <= 2 * top
    listed = order if whole else np.concatenate([order[:top], order[-top:]])
    what = f"all {len(order)} inputs" if whole else f"the {top} inputs kept most and least of {len(order)}"
    last = ("observed", "± 2 sd") if observed is not None else ("± 2 sd",)
    table = _table(f"Column densities, {what}", "input", *names, *last)
    for place, column in enumerate(listed):
        cells = [str(column), *(f"{predicted[name][column]:.4f}" for name in names)]
        if observed is not None:
            cells.append(f"{observed[column]:.4f}")
        table.add_row(*cells, f"{deviation[column]:.4f}", end_section=not whole and place == top - 1)
    return table


def _error_table(cases: Sequence[Case], summary: Mapping[str, object]) -> Table:
    networks = f"{len(cases)} networks" if len(cases) > 1 else "1 network"
    title = f"Mean absolute error of column densities, {networks}; noise floor {summary['noise_floor']:.4f}"
    table = _table(title, "predictor", "error", "error / floor", "explained", "at most")
    for name, found in summary["errors"].items():
        shares = ("-" if found[key] is None else f"{found[key] + 0.0:.1%}" for key in ("explained", "explainable"))
        mark = " *" if name == summary["predictor"] else ""
        table.add_row(name + mark, f"{found['error']:.4f}", f"{found['ratio']:.2f}", *shares)
    table.caption = "* in use. explained: of the variance between columns; at most: what the exact law would reach"
    table.caption_justify = "left"
    return table


def _facts_table(summary: Mapping[str, object]) -> Table:
    table = _table("What follows", "quantity", "predicted", "observed", "meaning")
    table.columns[0].justify = table.columns[3].justify = "left"
    for key, name, meaning in (
        ("dead_unit_share", "dead units", "units that keep no weight"),
        ("zero_share", "P(S = 0)", "no saliency; density < 1 - P(S = 0)"),
    ):
        seen = summary[key]["observed"]
        table.add_row(name, f"{summary[key]['predicted']:.4f}", "-" if seen is None else f"{seen:.4f}", meaning)
    if summary["rows"] is not None:
        error, floor = summary["rows"]["error"], summary["rows"]["floor"]
        table.add_row("row densities", "-", f"{error:.4f}", f"mean absolute error of S11's; noise floor {floor:.4f}")
    rank = summary["rank_one"]
    if rank["fluctuation"] is not None:
        table.add_row("fluctuation η", f"{rank['fluctuation']:.3f}", "-", "of the gradient about its mean")
        shares = " ".join(f"{share:.2f}" for share in rank["eigenvalue_shares"])
        table.add_row("eigen-shares", shares, "-", "of its covariance")
    distance = "-" if rank["distance"] is None else f"{rank['distance']:.3f}"
    table.add_row("rank one", distance, "-", _rank_verdict(summary))
    if summary["columns"]["observed"] is not None:
        value = summary["test"]["p_value"]
        table.add_row("row law, p-value", "-", "-" if value is None else f"{value:.2g}", _test_verdict(summary["test"]))
    return table


def _rank_verdict(summary: Mapping[str, object]) -> str:
    rank = summary["rank_one"]
    if rank["distance"] is None:
        return "yes: row × column × noise" if rank["claimed"] else "not claimed: several outputs"
    if rank["claimed"]:
        return f"yes: the gradient keeps to the line of its mean"
    return f"no: the gradient leaves the line of its mean ({rank['allowed']:g} allowed)"


def _test_verdict(test: Mapping[str, object]) -> str:
    value = test["p_value"]
    if value is None:
        return "no test: rows share the upper layers"
    caution = "" if test["exact"] else " (approximately: rows are weakly dependent)"
    if value >= test["unlikely"]:
        return f"consistent with the row law{caution}"
    return f"contradicts the row law{caution}"


def _write_json(target: str, summary: Mapping[str, object]) -> None:
    from numerics.files import replacing

    text = json.dumps(_finite(summary), indent=2, allow_nan=False) + "\n"
    if target == "-":
        print(text, end="")
        return
    with replacing(Path(target)) as temporary:
        temporary.write_text(text, "utf-8")


def _finite(value: object) -> object:
    """The same with None for numbers that JSON cannot hold."""
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value


# The table of predictors


def _compare(arguments: Namespace, console: Console) -> None:
    rows: list[dict[str, object]] = []
    for name, data, subtracted in _settings(arguments):
        found = []
        for width in arguments.width or COMPARED_WIDTHS:
            with console.status(f"{name}, width {width}"):
                found.append(_comparison(arguments, data, subtracted, width))
        rows += [{"setting": name, **asdict(each)} for each in found]
        if name == rows[0]["setting"]:
            table = _comparison_table(arguments, found)
        table.add_row(name, *_comparison_cells(found))
    console.print(table)
    if arguments.json is not None:
        _write_json(arguments.json, {"method": arguments.method, "density": arguments.density, "rows": rows})


def _settings(arguments: Namespace) -> Iterator[tuple[str, Dataset, bool]]:
    """Data and residuals: of the digits the usual settings, else the labels given; raw and standardised."""
    settings = DIGITS_SETTINGS
    if arguments.data != "digits" or arguments.labels is not None:
        settings = tuple(product((arguments.labels,), (True, False), (True, False)))
    for labels, standardise, subtracted in settings:
        if arguments.standardise not in (None, standardise):
            continue
        data = _load(arguments.data, labels, standardise)
        data = _batch(data, arguments.samples, np.random.default_rng(arguments.seed))
        name = f"{'std' if standardise else 'raw'} {data.labelling}, {'-y' if subtracted else 'f0-y'}"
        yield name, data, subtracted


def _comparison(arguments: Namespace, data: Dataset, subtracted: bool, width: int) -> Comparison:
    from numerics.predict import compare

    networks = arguments.networks or (NETWORKS if width < WIDE else NETWORKS // 2)
    seed = np.random.SeedSequence([arguments.seed, width])
    rows = arguments.fresh_rows
    return compare(arguments.method, data, arguments.density, width, networks, rows, seed, subtract_output=subtracted)


def _comparison_table(arguments: Namespace, found: Sequence[Comparison]) -> Table:
    widths = " / ".join(str(each.width) for each in found)
    title = f"{arguments.method} at density {arguments.density:g}: errors of column densities × 10⁴ at widths {widths}"
    table = _table(title, "data, residual", *found[0].errors, "floor")
    table.columns[0].justify = "left"
    return table


def _comparison_cells(found: Sequence[Comparison]) -> list[str]:
    names = found[0].errors
    cells = ["/".join(f"{1e4 * each.errors[name]:.0f}" for each in found) for name in names]
    return [*cells, "/".join(f"{1e4 * each.floor:.0f}" for each in found)]
