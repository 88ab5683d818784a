"""A build takes no longer than it must: pages are read and written in as many processes as there are cores."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from sphinx.application import Sphinx
from sphinx.config import Config

from sparse_limits.numerics.commands.common import available_cores
from sparse_limits.numerics.processes.parallel import allow_forks

UNDECLARED = ("sphinx_jupyterbook_latex", "sphinx_multitoc_numbering")  # keep nothing that a page could change


def allow(app: Sphinx, config: Config) -> None:
    """Let jupyter-book, which has no option for it, build in parallel; two of its extensions do not say that they can."""
    app.parallel = available_cores()
    for name in UNDECLARED:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = app.extensions[name].parallel_write_safe = True


def number_no_figures(app: Sphinx, config: Config) -> None:
    """No page has a numbered figure, and all pages would be searched for them; an extension of jupyter-book asks for it."""
    config.numfig = False


def start_kernels_in_turn(lock: Path) -> None:
    """Let one process at a time start a kernel: free ports are looked for, and taken a moment later by the kernel.

    Two processes that find the same ports leave one of the two kernels without them, and the build without a page.
    """

    def let_others(client: NotebookClient) -> None:
        fcntl.flock(client.turn, fcntl.LOCK_UN)  # a kernel that is a copy holds the file, too, and would keep the lock
        client.turn.close()

    start, connect = NotebookClient.async_start_new_kernel, NotebookClient.async_start_new_kernel_client

    async def start_in_turn(client: NotebookClient, **options: Any) -> None:
        client.turn = lock.open("w")
        fcntl.flock(client.turn, fcntl.LOCK_EX)
        try:
            await start(client, **options)
        except BaseException:
            let_others(client)
            raise

    async def connect_and_let_others(client: NotebookClient) -> Any:
        try:
            return await connect(client)  # waits until the kernel answers
        finally:
            let_others(client)

    NotebookClient.async_start_new_kernel = start_in_turn
    NotebookClient.async_start_new_kernel_client = connect_and_let_others


def begin(app: Sphinx) -> None:
    start_kernels_in_turn(Path(app.doctreedir) / "kernels.lock")


def setup(app: Sphinx) -> dict[str, object]:
    allow_forks()  # for the run of the ledger; this extension is the first one, so that numpy and SymPy are not there yet
    app.connect("config-inited", allow)
    app.connect("config-inited", number_no_figures, priority=900)
    app.connect("builder-inited", begin)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
