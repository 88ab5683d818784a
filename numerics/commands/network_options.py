"""The options that describe a network and how it is pruned, and the network that they describe."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.commands.common import given

if TYPE_CHECKING:
    from sparse_limits.numerics.prediction.architecture import FullyConnected

OF_A_NETWORK = ("activation", "init", "bias", "norm")  # what a module has itself


def add_network(parser: ArgumentParser) -> None:
    """Widths of hidden layers with what they are like, or a module."""
    group = parser.add_argument_group("network, given by --widths or by --model")
    add = group.add_argument
    add("--widths", type=int, nargs="+", metavar="N", help="widths of the hidden layers, first to last")
    add("--model", metavar="CODE", help="FILE.py:build or package.module:build, which is run")
    add(
        "--activation",
        metavar="F",
        help="relu (default), leaky, tanh, erf, gelu, silu, elu, softplus, sigmoid, abs or linear",
    )
    add("--init", metavar="I", help="normal (default), uniform, he, torch (±1/√inputs)")
    add("--bias", action="store_true", default=None, help="give the layers biases")
    add("--norm", metavar="K", help="none (default), batch before activations (no GraSP)")


def add_of_layers(parser: ArgumentParser) -> None:
    """How all layers are pruned and predicted."""
    add = parser.add_argument
    add("--scope", metavar="S", help="global (one threshold, default) or layer (one each)")
    add("--loss", metavar="L", help="mse, or cross-entropy (default with --model)")
    add("--units", type=int, metavar="N", help="neurons drawn per layer by the law (default 8192)")


def add_density(parser: ArgumentParser) -> None:
    """The share of weights kept."""
    parser.add_argument("--density", type=float, metavar="R", help="share of weights kept, in (0, 1) (default 0.1)")


def add_seed(parser: ArgumentParser) -> None:
    """The seed of all random numbers."""
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of all random numbers (default 0)")


def check_network(arguments: Namespace) -> None:
    """InputError in one line for no network, two of them, or for what a module says itself."""
    if (arguments.widths is None) == (arguments.model is None):
        how = "neither is" if arguments.widths is None else "both are"
        raise InputError(f"--widths and --model: {how} given, expected one of them")
    for name in given(arguments, *OF_A_NETWORK) if arguments.model is not None else ():
        raise InputError(f"--{name} is given, expected none with --model, which has its own")


def network_of(arguments: Namespace) -> FullyConnected | str:
    """The network that is described."""
    from sparse_limits.numerics.prediction.architecture import FullyConnected

    if arguments.model is not None:
        return str(arguments.model)
    return FullyConnected(arguments.widths, **given(arguments, *OF_A_NETWORK))
