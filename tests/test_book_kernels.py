"""Processes that build the book start their kernels one after the other, as copies of themselves."""

import asyncio
import fcntl
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import helpers
import pytest
from helpers import ROOT, needs

nbclient = needs("nbclient")
jupyter_client = needs("jupyter_client")
nbformat = needs("nbformat")


def extension(name: str) -> ModuleType:
    spec = spec_from_file_location(f"book_{name}", ROOT / "book" / "_ext" / f"{name}.py")
    module = sys.modules[spec.name] = module_from_spec(spec)  # where an entry point finds it
    spec.loader.exec_module(module)
    return module


def is_held(lock: Path) -> bool:
    with lock.open("w") as other:
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@pytest.mark.parametrize("failing", ["", "start", "connect"])
def test_the_lock_is_held_until_a_kernel_answers_or_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    lock, seen = tmp_path / "lock", []

    def step(name: str) -> object:
        async def run(client: object) -> None:
            seen.append((name, is_held(lock)))
            if name == failing:
                raise RuntimeError("no kernel")

        return run

    monkeypatch.setattr(nbclient.NotebookClient, "async_start_new_kernel", step("start"))
    monkeypatch.setattr(nbclient.NotebookClient, "async_start_new_kernel_client", step("connect"))
    extension("parallel").start_kernels_in_turn(lock)

    async def begun() -> None:
        client = nbclient.NotebookClient({})
        await client.async_start_new_kernel()
        assert is_held(lock)
        await client.async_start_new_kernel_client()

    if failing:
        with pytest.raises(RuntimeError, match="no kernel"):
            asyncio.run(begun())
    else:
        asyncio.run(begun())
    assert seen == [("start", True), ("connect", True)][: 1 if failing == "start" else 2]
    assert not is_held(lock)


def copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels are copies, as long as the test runs."""
    factory = jupyter_client.provisioning.KernelProvisionerFactory.instance()
    monkeypatch.setattr(factory, "default_provisioner_name", "local-provisioner")  # put back afterwards
    extension("kernels").start_kernels_as_copies()


def run_cell(code: str, folder: Path) -> list[dict]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    where = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=60, resources=where).execute()
    return notebook.cells[0].outputs


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels are started anew")
def test_copies_have_what_was_imported_and_nothing_of_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies(monkeypatch)
    monkeypatch.setattr(helpers, "seen_by_copies", 1, raising=False)
    first = "import os, helpers\nleft = helpers.seen_by_copies = helpers.seen_by_copies + 1\nprint(os.getcwd(), os.getppid(), left)"
    for _ in range(2):  # the second finds the module as it was, and not as the first has left it
        assert run_cell(first, tmp_path)[0]["text"] == f"{tmp_path} {os.getpid()} 2\n"
    assert helpers.seen_by_copies == 1
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="NameError"):
        run_cell("left", tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels are started anew")
def test_copies_of_a_process_that_has_imported_pyplot_draw(tmp_path: Path) -> None:
    """In a process of its own: this one may have imported it for another backend."""
    text = """
import matplotlib.pyplot, pathlib, sys, test_book_kernels
test_book_kernels.extension("kernels").start_kernels_as_copies()
cell = "import matplotlib.pyplot as plt\\nplt.plot([1, 2])\\nplt.show()"
print([kind for each in test_book_kernels.run_cell(cell, pathlib.Path()) for kind in each.get("data", {})])
"""
    words = [sys.executable, "-c", text]
    env = {
        **os.environ,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    printed = subprocess.run(words, env=env, cwd=tmp_path, capture_output=True, text=True)
    assert "image/png" in printed.stdout, printed.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels are started anew")
def test_a_copy_that_dies_is_an_error_of_its_page_and_no_lock_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, lock = nbclient.NotebookClient, tmp_path / "lock"
    for name in ("async_start_new_kernel", "async_start_new_kernel_client"):
        monkeypatch.setattr(client, name, getattr(client, name))  # put back what the extension replaces
    copies(monkeypatch)
    extension("parallel").start_kernels_in_turn(lock)
    with pytest.raises(nbclient.exceptions.DeadKernelError):
        run_cell(f"import os\nwith open({str(lock)!r}) as file:\n    os.kill(os.getpid(), 9)", tmp_path)
    assert not is_held(lock)
    cell = f"""import fcntl
with open({str(lock)!r}) as file:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("free while a cell runs")"""
    assert run_cell(cell, tmp_path)[0]["text"] == "free while a cell runs\n"
