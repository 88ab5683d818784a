"""No module needs one that needs it: imports run one way, those inside functions too, and `theory` needs no `numerics`."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from helpers import ROOT

FLOORS = (  # of `numerics`, from the ground up: a room needs those of lower floors
    "arguments bridge door keyed labels limits machine_code printing processes silent_inputs store writable",
    "exact files statistics",
    "columns masks",
    "networks spectra",
    "data expressivity lifts subset_sum",
    "equivariance neuron_pruning prediction.methods",
    "prediction.first_layer",
    "kernels prediction.settings",
    "fitting prediction.architecture tickets",
    "prediction.question prediction.result",
    "prediction.data_summary",
    "prediction.layers prediction.pruned_first_layer",
    "pictures prediction.modules",
    "prediction.predict",
    "prediction.report",
    "studies sweeps",
    "evidence",
    "checks",
    "ledger",
    "reports",
    "commands",
    "cli",
)
THEORY, NUMERICS = "sparse_limits.theory.", "sparse_limits.numerics."
WINGS = {"prediction"}  # their folders are rooms, too
MOST_UPWARD = 8  # arrows between two rooms that need each other's things, or lie on one floor
LEDGER_ROOMS = {"checks", "ledger", "reports", "commands"}  # what may import checks: no engine does


def named(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imported(node: ast.AST) -> Iterator[str]:
    """What is imported anywhere below a node, but for the types alone; of `from a import b` this is `a.b`."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        node = ast.Module(node.orelse, [])
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):  # no expression holds an import
            yield from imported(child)


def needs(root: Path) -> dict[str, set[str]]:
    """The modules that each module of the packages in a folder imports."""
    places = (Path(folder, name) for folder, _, names in os.walk(root, followlinks=True) for name in names)
    files = {named(path, root): path for path in places if path.suffix == ".py"}
    found = {name: imported(ast.parse(path.read_text(encoding="utf-8"))) for name, path in files.items()}
    modules = {
        name: {each if each in files else each.rpartition(".")[0] for each in others} for name, others in found.items()
    }
    return {name: others & files.keys() for name, others in modules.items()}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    packages = tmp_path_factory.mktemp("packages")
    (packages / "sparse_limits").symlink_to(ROOT / "sparse_limits")
    return needs(packages)


def test_no_module_needs_one_that_needs_it(graph: dict[str, set[str]]) -> None:
    TopologicalSorter(graph).prepare()


def test_theory_needs_no_numerics(graph: dict[str, set[str]]) -> None:
    assert graph["sparse_limits.numerics.cli"]
    for name, others in graph.items():
        assert not (name.startswith(THEORY) and any(each.startswith(NUMERICS) for each in others)), name


def room_of(name: str) -> str:
    """The room of a module: its folder, or the module itself at the root of `numerics` or of a wing."""
    parts = name.split(".")[2:]
    return ".".join(parts[: 2 if parts[0] in WINGS else 1])


def arrows(graph: dict[str, set[str]]) -> set[tuple[str, str]]:
    """The pairs of rooms of `numerics` of which the first needs the second."""
    rooms = {name: room_of(name) for name in graph if name.startswith(NUMERICS)}
    pairs = {(rooms[name], rooms[other]) for name in rooms for other in graph[name] & rooms.keys()}
    return {(room, other) for room, other in pairs if room != other}


def test_floors_rest_on_lower_ones(graph: dict[str, set[str]]) -> None:
    floor = {room: level for level, rooms in enumerate(FLOORS) for room in rooms.split()}
    found = arrows(graph)
    assert {room for pair in found for room in pair} <= set(floor)
    assert sum(len(rooms.split()) for rooms in FLOORS) == len(floor)
    upward = {(room, other) for room, other in found if floor[room] < floor[other]}
    assert len(upward) <= MOST_UPWARD, upward
    level = {(room, other) for room, other in found if floor[room] == floor[other] != 0}
    assert not level, level


def test_engines_know_no_checks(graph: dict[str, set[str]]) -> None:
    assert {room for room, other in arrows(graph) if other == "checks"} <= LEDGER_ROOMS


def test_a_circle_is_found_inside_functions(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "one.py").write_text("import package.two\n")
    (package / "two.py").write_text("def later():\n    from package import one\n")
    with pytest.raises(CycleError):
        TopologicalSorter(needs(tmp_path)).prepare()
    (package / "two.py").write_text("if TYPE_CHECKING:\n    from package import one\n")
    TopologicalSorter(needs(tmp_path)).prepare()
