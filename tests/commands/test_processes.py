"""The command as a process: help, start-up, files, interruptions."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_cases import ENVIRONMENT, REAL, TOYS, call

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import COMMANDS
from sparse_limits.numerics.files import replacing
from sparse_limits.numerics.writable import check_writable

# Help, files, interruptions


@pytest.mark.parametrize("words", [["--help"], ["--version"], []], ids=str)
def test_help_goes_to_standard_output(words):
    done = call(REAL, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


IMPORTING = """
import sys
{needed}
before = {{name.partition(".")[0] for name in sys.modules}}
from sparse_limits.numerics.cli import main
try:
    status = main({words!r})
except SystemExit as end:
    status = end.code
packages = {{name.partition(".")[0] for name in sys.modules}} - before - sys.stdlib_module_names
unneeded = {{*packages, *(name for name in {absent!r} if name in sys.modules)}} - {{"sparse_limits"}}
sys.exit(f"imported: {{sorted(unneeded)}}" if unneeded else status)
"""
TABLES = "import rich.console, rich.table"
FORMULAS = "import sympy, flint"
CONTENTS = "import msgspec, typing_extensions"  # the table of contents is read by msgspec, which takes the latter for dataclasses
NOT_FOR_S4 = (
    "sparse_limits.theory.graphon",
    "sparse_limits.theory.saliency.amplification",
    "sympy.physics.units",
    "multiprocessing",
)
NEEDED = {  # by the words of a call: what it needs, and modules that it does not
    (): ("", ("sparse_limits.theory.ledger",)),
    **{(command, "--help"): ("import numpy.random", ("sparse_limits.theory.ledger",)) for command in COMMANDS},
    ("claims",): (f"{CONTENTS}; {TABLES}", ("sparse_limits.theory.ledger",)),
    ("show", "S4"): (f"{FORMULAS}, pylatexenc; {CONTENTS}; {TABLES}", NOT_FOR_S4),
    ("show", "T1"): (
        f"{FORMULAS}, pylatexenc; {CONTENTS}; {TABLES}",
        ("sparse_limits.theory.generalisation.path_part",),
    ),
    ("evaluate", "S4", "kernel", "u=1/2", "phi=1/3", "tau=1"): (FORMULAS, NOT_FOR_S4),
}


@pytest.mark.parametrize("words", NEEDED, ids=" ".join)
def test_a_command_imports_only_what_it_needs(words):
    """No package beyond those that the needed ones import themselves, and none of the modules that must be absent."""
    needed, absent = NEEDED[words]
    code = IMPORTING.format(needed=needed, words=words, absent=absent)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_is_whole_or_not_there(tmp_path):
    file = tmp_path / "out.json"
    file.write_text("before", encoding="utf-8")

    def interrupted():
        with replacing(file) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert file.read_text(encoding="utf-8") == "before"
    with replacing(file) as temporary:
        temporary.write_text("after", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == "after"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


WRITING = """
import os, signal, sys
from pathlib import Path
from sparse_limits.numerics.files import replacing
with replacing(Path("out.json")) as temporary:
    temporary.write_text(sys.argv[1], encoding="utf-8")
    if sys.argv[1] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    print(temporary, flush=True)
    sys.stdin.read()
"""


def writing(what: str) -> subprocess.Popen[str]:
    """A process that is killed while it writes, or waits until its input ends."""
    command, pipe = [sys.executable, "-c", WRITING, what], subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=ENVIRONMENT)


def test_what_a_killed_process_left_goes_with_the_next_writing_of_this_name(tmp_path):
    """Not before, and nothing else: no file of a process that lives, of another machine, of another name, or of somebody's own."""
    with writing("killed") as killed:
        assert killed.wait() == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    stem, machine, process, letters = left.stem.split("-")
    assert (stem, process) == (".out", str(killed.pid))
    others = [
        ".out-12345678.json",
        f".out-00000000-{process}-{letters}.json",
        f"{left.stem}.txt",
        f".in{left.name[4:]}",
    ]
    others += [f".out-{machine}-{os.getpid()}-{letters}.json", f".out-{machine}-1-{letters}.json", f"{left.name}.json"]
    for name in others:
        Path(name).touch()
    with writing("living") as living:
        at_work = living.stdout.readline().strip()
        assert not left.exists()  # it was the next one
        with replacing(Path("out.json")) as temporary:
            temporary.write_text("here", encoding="utf-8")
        assert sorted(os.listdir()) == sorted([*others, Path(at_work).name, "out.json"])
        living.stdin.close()
        assert living.wait() == 0
    assert Path("out.json").read_text(encoding="utf-8") == "living"
    assert sorted(os.listdir()) == sorted([*others, "out.json"])


def test_links_are_followed_and_devices_written_to(tmp_path):
    file, link, pipe = tmp_path / "file", tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(file)
    with replacing(link) as temporary:
        temporary.write_text("text", encoding="utf-8")
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == "text"
    os.mkfifo(pipe)
    check_writable(str(pipe))
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacing(pipe) as temporary:
        temporary.write_text("text", encoding="utf-8")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert pipe.is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "pipe"]


def test_a_file_that_is_there_keeps_who_may_read_it(tmp_path):
    file, usual = tmp_path / "file", tmp_path / "usual"
    usual.touch()

    def mode() -> int:
        with replacing(file) as temporary:
            temporary.write_text("text", encoding="utf-8")
        return stat.S_IMODE(file.stat().st_mode)

    assert mode() == stat.S_IMODE(usual.stat().st_mode)  # a new one
    for chosen in (0o600, 0o640):
        file.chmod(chosen)
        assert mode() == chosen


def test_a_file_that_is_protected_is_not_replaced(tmp_path, monkeypatch):
    """Neither before the work nor after it, though its folder would let us."""
    file = tmp_path / "file"
    file.write_text("before", encoding="utf-8")
    file.chmod(0o400)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK or path != file)  # root may write to all files
    with pytest.raises(InputError, match="file: it cannot be written to, expected a place that can"):
        check_writable(str(file))
    with pytest.raises(InputError, match="Permission denied, expected a place to write to"), replacing(file):
        pytest.fail("begun")
    assert file.read_text(encoding="utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def until_it_has_workers(process: subprocess.Popen[str]) -> list[int]:
    latest = time.monotonic() + 300  # a busy machine takes minutes to start a worker
    while process.poll() is None and time.monotonic() < latest:
        workers = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True).stdout.split()
        if len(workers) >= 2:
            time.sleep(0.5)
            return [int(worker) for worker in workers]
        time.sleep(0.1)
    process.kill()  # else `with` waits until the run has ended
    pytest.fail("no worker has started")


def heeding_interrupts() -> None:
    """Jobs in the background of a shell inherit that SIGINT is ignored; at a terminal it is not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_no_file(tmp_path):
    """As from a terminal: the signal reaches the command and its workers."""
    words = ["verify", "toy_stuck", "--quiet", "--jobs", "2", "--json", str(tmp_path / "run.json")]
    with subprocess.Popen(
        [*TOYS, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        start_new_session=True,
        preexec_fn=heeding_interrupts,
    ) as process:
        until_it_has_workers(process)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "sparse-limits: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_a_terminated_run_leaves_no_file_and_no_worker(tmp_path):
    """As from a scheduler: the signal reaches the command alone."""
    with subprocess.Popen(
        [*REAL, "verify", "--jobs", "2", "--json", str(tmp_path / "run.json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        workers = until_it_has_workers(process)
        process.terminate()
        out, err = process.communicate(timeout=80)
        assert (process.returncode, out) == (130, "")
        assert err.endswith("sparse-limits: interrupted\n")  # after Python's own complaint, where it was dropped first
    assert list(tmp_path.iterdir()) == []
    for _ in range(100):
        alive = [worker for worker in workers if Path(f"/proc/{worker}").exists()]
        if not alive:
            break
        time.sleep(0.1)
    assert not alive


DROPPING = """
import os, signal, sys, time
from unittest import mock
from sparse_limits.numerics import cli

class Dropping:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.1)

def runs(chosen):
    thing = Dropping()
    del thing
    try:
        time.sleep(60)
    finally:
        time.sleep(2 * cli.AGAIN)
        print("cleaned up")

with mock.patch.object(cli, "_run", runs), mock.patch.object(sys, "argv", ["sparse-limits", "claims"]):
    sys.exit(cli.main())
"""


def test_an_interrupt_that_a_destructor_drops_is_raised_again_once():
    done = subprocess.run([sys.executable, "-c", DROPPING], capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    assert (done.returncode, done.stdout) == (130, "cleaned up\n")
    assert done.stderr.endswith("sparse-limits: interrupted\n")


def test_a_closed_pipe_is_no_error_message():
    with subprocess.Popen(
        [*REAL, "claims", "saliency", "--json", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
