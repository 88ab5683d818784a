"""The user's own code that builds a module: `FILE.py:build` or `package.module:build`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.limits import check_work, memory_allowed
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.theory.own_code import Kind, folder_of, function_of, guarded, on_path

if TYPE_CHECKING:
    from torch import nn

FORM = "FILE.py:build or package.module:build, a function without arguments that returns a torch module"
MODEL = Kind("model", FORM)
FEWEST_BUILT = 4  # modules whose weights are tested
OF_TORCH = re.compile(  # what torch raises as a RuntimeError where there is no memory left, on the processor and on an accelerator
    r"DefaultCPUAllocator: (?:can't allocate|not enough) memory: you tried to allocate|^(?:CUDA|HIP) error: out of memory"
)


def builder(build: str | Callable[[], object]) -> Callable[[], nn.Module]:
    """What builds a module, from a function or its name; each call of it gives one, and says whose fault it is if not.

    Imports and calls run with the folder of the file, or the current one, on Python's path; what they print goes to standard
    error.

    InputError for a name of another form, a file or function that is not there, code that raises or ends the process (its
    traceback is printed first), that asks for more memory than is allowed (`sparse_limits.numerics.limits`), and a function that returns
    something else.
    """
    if find_spec("torch") is None:
        raise InputError("PyTorch is not installed, expected after pip install torch")
    from torch import nn

    if isinstance(build, nn.Module):
        raise InputError(
            f"network is {type(build).__name__}, a module that has its weights, expected a function that builds one with fresh weights, as "
            "lambda: Net(); the module itself can be pruned: prune(module, method, density, data)"
        )
    name, call = name_of(build), function_of(build, MODEL) if isinstance(build, str) else build
    folder = folder_of(build.rpartition(":")[0]) if isinstance(build, str) else ""

    def fresh() -> nn.Module:
        with on_path(folder):
            module = guarded(name, MODEL, _limited(call), ours=__file__)
        if isinstance(module, MemoryError):
            raise InputError(
                f"{name!r:.100} asks for more than {memory_allowed() / 2**30:.3g} GiB ({plain(' '.join(str(module).split()), 160)}), "
                "expected a smaller module, or more by `limit`"
            )
        if not isinstance(module, nn.Module):
            raise InputError(f"{name!r:.100} returned {type(module).__name__}, expected a torch module")
        return module

    return fresh


def ran_out(error: BaseException) -> bool:
    """Whether Python, NumPy or torch had no memory left: by the kind of the error, or by the words that torch's allocators alone have.

    Examples:
        >>> ran_out(MemoryError()), ran_out(RuntimeError("my queue is out of memory"))
        (True, False)
        >>> ran_out(RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."))
        True
    """
    from torch.cuda import OutOfMemoryError

    kinds = MemoryError, OutOfMemoryError
    return isinstance(error, kinds) or (isinstance(error, RuntimeError) and OF_TORCH.search(str(error)) is not None)


def _limited(call: Callable[[], object]) -> Callable[[], object]:
    """The call, or MemoryError as its value where it takes more than `memory_allowed` beyond what is taken: the system would end the process."""

    def limited() -> object:
        with _memory_limit():
            try:
                return call()
            except (MemoryError, RuntimeError) as error:
                if ran_out(error):
                    return MemoryError(str(error).partition("DefaultCPUAllocator: ")[2] or str(error))
                raise

    return limited


@contextmanager
def _memory_limit() -> Iterator[None]:
    """At most so much more memory for data, where the system can say how much there is; on others no limit."""
    taken = _taken()
    if taken is None:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    least = min(each for each in (taken + memory_allowed(), soft, hard) if each != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_DATA, (least, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _taken() -> int | None:
    """The bytes of data of this process, as Linux counts them against its limit."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmData:")), None)


def seeded(fresh: Callable[[], nn.Module], stream: np.random.SeedSequence) -> nn.Module:
    """A module built at a seed of torch, of NumPy's old generator and of `random`, which are put back to where they were.

    One that was made on another device comes to the processor, where data are and all is computed.
    """
    with generators(stream):
        return on_the_processor(fresh())


def on_the_processor(module: nn.Module) -> nn.Module:
    """The module, moved if it was made on another device."""
    devices = {each.device.type for each in (*module.parameters(), *module.buffers())}
    return module.cpu() if devices - {"cpu", "meta"} else module


def built(
    fresh: Callable[[], nn.Module], networks: int, seed: np.random.SeedSequence
) -> tuple[list[np.random.SeedSequence], list[nn.Module]]:
    """Modules built afresh, each at the stream of random numbers beside it: as many as are pruned, but enough to be tested."""
    streams = seed.spawn(max(networks, FEWEST_BUILT))
    first = seeded(fresh, streams[0])
    check_size(first, len(streams))
    return streams, [first, *(seeded(fresh, stream) for stream in streams[1:])]


def check_size(module: nn.Module, builds: int) -> None:
    """InputError for a module of which so many builds would not fit in memory, before it is built again."""
    from torch.nn.parameter import is_lazy

    held = sum(each.numel() * each.element_size() for each in module.parameters() if not is_lazy(each))
    check_work(f"{builds} builds of the module", held * builds, instead="a smaller module")


@contextmanager
def generators(stream: np.random.SeedSequence) -> Iterator[None]:
    """Seeds of torch, of NumPy's old generator and of `random`, which are put back afterwards to where they were."""
    with seeds(*(int(each) for each in stream.generate_state(3))):
        yield


@contextmanager
def seeds(of_torch: int, of_numpy: int, of_random: int) -> Iterator[None]:
    """The three generators at these seeds, which are put back afterwards to where they were."""
    import torch

    before, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002 - users draw from it
    used = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with torch.random.fork_rng(devices=used):
        torch.manual_seed(of_torch)
        np.random.seed(of_numpy)  # noqa: NPY002
        random.seed(of_random)
        try:
            yield
        finally:
            np.random.set_state(numpys)  # noqa: NPY002
            random.setstate(before)


def name_of(build: str | Callable[[], object]) -> str:
    """The name of what builds modules, as reports have it."""
    return build if isinstance(build, str) else _own_name(build)


def _own_name(build: object) -> str:
    if not callable(build):
        raise InputError(f"model is {build!r:.100}, expected {FORM}")
    return getattr(build, "__name__", type(build).__name__)
