"""`sparse-limits prune`: the masks of a torch module, by one's own data, loss and weights, written to a file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from sparse_limits.numerics.arguments import MOST_SAMPLES, InputError, checked_integer
from sparse_limits.numerics.commands.common import (
    DATA,
    add_data,
    add_limit,
    add_quiet,
    check_data,
    data_file,
    data_source,
    given,
    progress_of,
)
from sparse_limits.numerics.commands.network_options import add_density, add_seed
from sparse_limits.numerics.commands.output_paths import check_places, code_file
from sparse_limits.numerics.door import OF_THE_DATA
from sparse_limits.numerics.reports.writing import write_csv, write_json, write_outputs
from sparse_limits.theory.own_code import Kind, called, function_of, is_code

if TYPE_CHECKING:
    from torch import nn

    from sparse_limits.numerics.prediction.modules.masks_summary import PruneSummary
    from sparse_limits.numerics.prediction.modules.module_masks import ModuleMasks

MOST_SEED = 2**32 - 1  # of NumPy's old generator
LOSS = Kind(
    "loss",
    "mse, cross-entropy, or FILE.py:loss or package.module:loss, a function loss(module, batch) that returns the mean loss of "
    "a batch",
)


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = (
        "Prune a torch module: score its weights by a method, and write the masks of its linear and convolutional layers to a "
        "file. The weights are those that your code builds, or those of a file."
    )
    parser.epilog = "Your code is run as it is. sparse-limits fit can read the file of masks."
    parser.usage = "sparse-limits prune --model CODE --method M [--data DATA] --out FILE [options]"
    add = parser.add_argument
    add("--model", required=True, metavar="CODE", help="your module, FILE.py:build or package.module:build")
    add(
        "--method",
        required=True,
        metavar="M",
        help="snip, grasp, grasp-magnitude, synflow, synflow-iterative, wanda, magnitude or random",
    )
    add("--out", required=True, metavar="FILE", help="file for the masks: .npz, .pt or .safetensors")
    add_density(parser)
    add(
        "--weights",
        metavar="FILE",
        help="a checkpoint: .pt, .npz or .safetensors (default: the weights that your code builds)",
    )
    add(
        "--include",
        nargs="+",
        metavar="PATH",
        help="parts to prune besides linear and convolutional layers, by path, pattern or class, such as LSTM",
    )
    add(
        "--exclude",
        nargs="+",
        metavar="PATH",
        help="parts not to prune, by path, pattern or class, such as 'head' 'conv?'",
    )
    add("--scope", metavar="S", help="global (one threshold, default), layer, erdos-renyi, erdos-renyi-kernel or lamp")
    add(
        "--rounds",
        type=int,
        metavar="T",
        help="rounds of synflow-iterative (default 100), snip, grasp or grasp-magnitude (default 1)",
    )
    add(
        "--ties",
        metavar="T",
        help="where weights with score 0 would be kept: refuse (default), or index: keep the first of them",
    )
    add("--loss", metavar="L", help="cross-entropy (default), mse, or FILE.py:loss, a function of a module and a batch")
    add("--batches", type=int, metavar="N", help="with your own loader: number of batches used (default: all)")
    add("--device", metavar="D", help="device to compute on, such as cuda (default: the processor)")
    add_seed(parser)
    add_data(parser, None, losses=True, more=("--batch",))
    output = parser.add_argument_group("output")
    output.add_argument(
        "--json", metavar="FILE", help="write what is kept as JSON; - for standard output, without the table"
    )
    output.add_argument("--csv", metavar="FILE", help="write one row per layer; - as with --json")
    add_limit(output)
    add_quiet(output)


def run(arguments: Namespace) -> int:
    """Build, score, write. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    from sparse_limits.numerics.prediction.modules.building import builder, on_the_processor, seeds

    _check(arguments)
    with progress_of(arguments) as progress:
        progress.stage("building the module")
        fresh = builder(arguments.model)
        from sparse_limits.numerics.prediction.modules.checkpoints import load_weights
        from sparse_limits.numerics.prediction.modules.module_masks import check_masks_file
        from sparse_limits.numerics.prediction.modules.pruning import prune_module

        check_masks_file(arguments.out)
        with seeds(*[arguments.seed] * 3):
            module = on_the_processor(fresh())
        unused = load_weights(module, arguments.weights) if arguments.weights is not None else ""
        progress.stage("reading data")
        asked = given(arguments, "scope", "rounds", "ties", "batches", "include", "exclude", "device")
        masks = prune_module(
            module,
            arguments.method,
            _density(arguments),
            _data(arguments, module),
            loss=_loss(arguments),
            seed=arguments.seed,
            **asked,
            progress=progress.stage,
        )
    masks.save(arguments.out)
    summary = _summary(arguments, masks, unused)
    write_outputs(
        (arguments.json, lambda to: write_json(to, summary)),
        (arguments.csv, lambda to: write_csv(to, summary["layers"])),
    )
    _show(Console(quiet="-" in (arguments.json, arguments.csv)), summary, masks)
    return 0


def _check(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    checked_integer("seed", arguments.seed, 0, MOST_SEED)
    reads = {
        "--model": code_file(arguments.model),
        "--weights": arguments.weights,
        "--data": data_file(arguments.data),
        "--loss": code_file(arguments.loss),
    }
    check_places(reads, {"--out": arguments.out, "--json": arguments.json, "--csv": arguments.csv})
    check_data(arguments.data)
    if arguments.out == "-":
        raise InputError("--out is -, expected a file")
    if arguments.data is None or is_code(arguments.data):
        for name in given(arguments, *OF_THE_DATA, "samples"):
            raise InputError(f"{name} is given, expected a file with --data beside it")


def _density(arguments: Namespace) -> float:
    from sparse_limits.numerics.prediction.settings import Settings

    return float(Settings.density if arguments.density is None else arguments.density)


def _loss(arguments: Namespace) -> Any:
    """A name, or the function that is named."""
    if arguments.loss is None:
        return "cross-entropy"
    return function_of(arguments.loss, LOSS) if is_code(arguments.loss) else arguments.loss


def _data(arguments: Namespace, module: nn.Module) -> object:
    """What the user's function returns, or the samples of a file, as many as are asked for; None where no data are named."""
    if arguments.data is None:
        return None
    if is_code(arguments.data):
        return called(arguments.data, DATA)
    from sparse_limits.numerics.prediction.modules.whole_numbers import samples_for

    labels = "onehot" if arguments.loss in (None, "cross-entropy") else None
    samples = MOST_SAMPLES if arguments.samples is None else arguments.samples
    return samples_for(module, data_source(arguments), labels, samples, arguments.seed)


def _summary(arguments: Namespace, masks: ModuleMasks, unused: str) -> PruneSummary:
    from sparse_limits.numerics.prediction.methods import DATA_DRIVEN

    loss = "cross-entropy" if arguments.loss is None else arguments.loss
    return {
        "method": arguments.method,
        "model": arguments.model,
        "weights_file": arguments.weights,
        "data": arguments.data,
        "loss": loss if arguments.method in DATA_DRIVEN else None,
        "scope": _scope(arguments),
        "seed": arguments.seed,
        "density": _density(arguments),
        "compared": masks.compared,
        "kept": masks.kept,
        "parameters": masks.parameters,
        "remaining": masks.remaining,
        "layers": masks.layers,
        "notes": [*masks.notes, *filter(None, [unused])],
        "masks_file": arguments.out,
    }


def _scope(arguments: Namespace) -> str:
    """What has a threshold of its own: of Wanda each row, unless layers are to have other densities."""
    within_rows = arguments.method == "wanda" and arguments.scope in (None, "global", "layer")
    return "row" if within_rows else arguments.scope or "global"


def _show(console: Any, summary: PruneSummary, masks: ModuleMasks) -> None:
    from sparse_limits.numerics.printing.tables import print_facts

    thresholds = {
        "global": "one threshold for all layers",
        "layer": "a threshold for each layer",
        "row": "as many in each row",
        "erdos-renyi": "more in layers of few inputs and outputs",
        "erdos-renyi-kernel": "more in layers of few inputs, outputs and places",
        "lamp": "by LAMP's scores",
    }
    built = f"built after torch.manual_seed({summary['seed']})"
    weights = built if summary["weights_file"] is None else f"with the weights of {summary['weights_file']}"
    facts = [
        ("method", f"{summary['method']} at density {summary['density']:g}, {thresholds[summary['scope']]}"),
        ("module", f"{summary['model']}, {weights}"),
        *((name, said) for name, said in (("data", summary["data"]), ("loss", summary["loss"])) if said is not None),
        *(("note", note) for note in summary["notes"]),
    ]
    print_facts(console, facts)
    console.print(f"\n{masks.table}\n", highlight=False, markup=False, soft_wrap=True)
    console.print(f"masks written to {summary['masks_file']}", highlight=False, markup=False)
    if masks.inputs_first:
        options = " ".join(f"--transposed {path}" for path in masks.inputs_first)
        console.print(
            f"fit and report read it with {options}, as these store their inputs first", highlight=False, markup=False
        )
