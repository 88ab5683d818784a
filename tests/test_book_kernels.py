"""Processes that build the book start their kernels one after the other."""

import asyncio
import fcntl
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from helpers import ROOT

nbclient = pytest.importorskip("nbclient", reason="the book needs pip install -e '.[book]'")


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
    spec = spec_from_file_location("book_in_parallel", ROOT / "book" / "_ext" / "parallel.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.start_kernels_in_turn(lock)

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
