"""`sparse-limits sweep`: predict and prune networks in every combination of a plan."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.commands.common import add_jobs, add_limit, add_quiet, data_file, progress_of
from sparse_limits.numerics.commands.output_paths import check_places
from sparse_limits.numerics.commands.selection import add_store
from sparse_limits.numerics.printing.plain_text import many

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.sweeps.plan import Plan
    from sparse_limits.numerics.sweeps.summary import SeedSpread, SweepSetting, SweepSummary

MOST_LINES = 60  # of the table on the screen
NUMBERS = ("first,\nexpected", "\nobserved", "empty,\nexpected", "\nobserved", "\npaths")
EPILOG = (
    "A plan has lists of methods, densities, widths (of each hidden layer), depths (numbers of hidden layers) and data, seeds (a "
    "list, or how many), and under [options] options of `predict layers`, the same for all. Each case is a prediction and the "
    "networks pruned beside it. After an interruption the same command continues with the missing cases."
)


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.epilog = EPILOG
    add = parser.add_argument
    add("plan", metavar="PLAN.toml", help="which methods, densities, widths, depths, data and seeds")
    add("--csv", metavar="FILE", help="write a row for each layer of each case (-: to standard output)")
    add("--parquet", type=Path, metavar="FILE", help="write the same table as .parquet (needs pyarrow)")
    add("--plot", type=Path, metavar="FILE", help="write a picture, .png or .svg (needs matplotlib)")
    add("--show", default="empty", metavar="Q", help="in the picture: empty (neurons; default), first (layer), paths")
    add("--json", metavar="FILE", help="write all numbers as JSON (-: to standard output, no table)")
    add_store(parser, "cases")
    add_jobs(parser)
    add_limit(parser)
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Measure, report; 1 if a case gave no result. Raises InputError, in one line, for anything wrong with the call."""
    from rich.console import Console

    from sparse_limits.numerics.reports.writing import write_csv, write_json, write_outputs
    from sparse_limits.numerics.store import Store
    from sparse_limits.numerics.sweeps.picture import plot_sweep
    from sparse_limits.numerics.sweeps.plan import read_plan
    from sparse_limits.numerics.sweeps.run import sweep
    from sparse_limits.numerics.sweeps.summary import summarise
    from sparse_limits.numerics.sweeps.table import write_parquet

    plan = read_plan(arguments.plan)
    _check_outputs(arguments, plan)
    folder = f"{Path(arguments.plan).stem}.results" if arguments.keep is None else arguments.keep
    store = Store(folder, arguments.join)
    with progress_of(arguments) as progress:
        found = sweep(
            plan,
            jobs=arguments.jobs,
            progress=lambda done, of: progress.count(done, of, pieces="cases"),
            keep=store,
            shard=arguments.shard,
        )
    summary = summarise(found)
    for name, why in found.lost.items():
        Console(stderr=True).print(f"no result: {name}: {why}", markup=False)
    write_outputs(
        (arguments.csv, lambda to: write_csv(to, found.rows)),
        (arguments.parquet, lambda to: write_parquet(to, found.rows)),
        (arguments.plot, lambda to: plot_sweep(to, summary, arguments.show)),
        (arguments.json, lambda to: write_json(to, summary)),
    )
    console = Console(quiet="-" in (arguments.json, arguments.csv))
    _show(console, summary)
    console.print(f"{store.taken} cases kept from before, {store.written} written to {store.folder}", markup=False)
    if arguments.plot:
        console.print(f"picture written to {arguments.plot}", markup=False)
    return int(bool(found.lost))


def _check_outputs(arguments: Namespace, plan: Plan) -> None:
    """InputError, before anything is computed, for what could not be written."""
    from sparse_limits.numerics.sweeps.picture import check_picture, check_quantity

    check_quantity(arguments.show)
    if arguments.plot is not None:
        if arguments.shard is not None:
            raise InputError("--plot and --shard are given, expected --plot once all parts are joined: --keep, --join")
        check_picture(arguments.plot, plan.axes, arguments.show)
    if arguments.parquet is not None:
        from sparse_limits.numerics.sweeps.table import check_parquet

        check_parquet(arguments.parquet)
    outputs = {f"--{name}": getattr(arguments, name) for name in ("csv", "parquet", "plot", "json")}
    data = {f"data ({name})": data_file(name) for name in plan.data}
    check_places({"PLAN.toml": arguments.plan, **data}, outputs)


def _show(console: Console, summary: SweepSummary) -> None:
    """A line for each setting, with medians over seeds; the first of them if there are many."""
    from sparse_limits.numerics.printing.tables import Table, print_table
    from sparse_limits.numerics.sweeps.summary import QUANTITIES, SETTING

    axes = dict(zip((*SETTING, "seed"), summary["axes"].values(), strict=True))
    varied = [word for word in SETTING if word == "method" or len(axes[word]) > 1]
    same = ", ".join(f"{word} {axes[word][0]}" for word in axes if word not in varied and len(axes[word]) == 1)
    settings, seeds = summary["settings"], _seeds([row["cases"] for row in summary["settings"]], len(axes["seed"]))
    console.print(f"{many(len(settings), 'setting')}, {seeds}; medians over seeds{same and f'; {same}'}", markup=False)
    for word, said in QUANTITIES.items():
        console.print(f"{word}: {said}")
    lines = [(*(_word(each, word) for word in varied), *_numbers(each)) for each in settings[:MOST_LINES]]
    sides = "".join("l" if word in ("method", "data") else "r" for word in varied)
    columns = (*(f"\n{word}" for word in varied), *NUMBERS)
    print_table(console, Table(columns, lines, f"{sides}rrrrr", narrow=True))
    if len(settings) > MOST_LINES:
        console.print(f"and {many(len(settings) - MOST_LINES, 'other setting')}: --csv or --json has all")


def _seeds(cases: Sequence[int], planned: int) -> str:
    """How many seeds the settings have: those that are planned, unless cases are missing."""
    least, most = min(cases, default=0), max(cases, default=0)
    if least == planned:
        return many(planned, "seed")
    return f"{least if least == most else f'{least} to {most}'} of {many(planned, 'seed')}"


def _word(row: SweepSetting, word: str) -> str:
    value = row[word]  # type: ignore[literal-required]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _numbers(row: SweepSetting) -> tuple[str, ...]:
    return (
        _share(row["first_predicted"]),
        _seen(row["first_observed"]),
        _share(row["empty_predicted"]),
        _seen(row["empty_observed"]),
        _share(row["paths_observed"]),
    )


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _seen(value: SeedSpread | None) -> str:
    return "" if value is None else _share(value[0])
