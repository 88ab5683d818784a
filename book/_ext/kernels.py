"""Kernels are copies of the process that reads pages, with all that pages import.

A copy has no cell of another page, since each page has one of its own, and finds in its modules what importing them gives.
Elsewhere than on Linux kernels start anew.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import EntryPoint
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from sphinx.application import Sphinx

from sparse_limits.numerics.processes.parallel import forbid_forks

IMPORTED = ("ipykernel.kernelapp", "ipykernel.ipkernel", "matplotlib.pyplot", "scipy.optimize", "scipy.stats")
NAME = "copy-provisioner"
MODULE = "ipykernel_launcher"  # of the command that starts a kernel elsewhere, its arguments behind it


class Copy:
    """A copied process, as jupyter_client expects one of `subprocess`."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.pid, self.kill, self.terminate = process.pid, process.kill, process.terminate

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self._process.pid, number)  # type: ignore[arg-type]


def run_kernel(arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
    """Be a kernel, in a session of its own, until it is told to end."""
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = [each for each in sys.path if each != str(Path(__file__).parent)]
    signal.set_wakeup_fd(-1)  # a signal is this process's own, not one for the loop of the process that was copied
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    warnings.resetwarnings()
    for ignored in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", ignored)  # as when Python starts
    forbid_forks()
    asyncio.set_event_loop(asyncio.new_event_loop())
    watched = f"--IPKernelApp.parent_handle={os.getppid()}"  # the kernel ends when that process has
    launch_new_instance(argv=[*arguments, watched])


class CopyProvisioner(LocalProvisioner):
    """What jupyter_client starts kernels by: as copies of this process."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> dict[str, Any]:
        arguments = cmd[cmd.index(MODULE) + 1 :]
        environment = dict(options.get("env") or os.environ)
        folder = str(options.get("cwd") or Path.cwd())
        process = multiprocessing.get_context("fork").Process(target=run_kernel, args=(arguments, environment, folder))
        process.start()
        self.process, self.pid, self.pgid, self.cwd = Copy(process), process.pid, None, folder
        return self.connection_info


def start_kernels_as_copies() -> None:
    """Name the provisioner to jupyter_client as an entry point of a package would, and let kernels be started by it."""
    factory = KernelProvisionerFactory.instance()
    place = f"{CopyProvisioner.__module__}:{CopyProvisioner.__name__}"
    factory.provisioners[NAME] = EntryPoint(NAME, place, factory.GROUP_NAME)
    factory.default_provisioner_name = NAME


def begin(app: Sphinx) -> None:
    if sys.platform != "linux":
        return
    for name in IMPORTED:
        import_module(name)
    gc.freeze()  # all that was imported stays, in memory that the copies share
    start_kernels_as_copies()


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("builder-inited", begin, priority=900)  # after the run of the ledger, which has imported the rest
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
