"""The names that `import sparse_limits` and `import theory` offer: cheap to import, documented, with examples that run."""

import doctest
import inspect
import subprocess
import sys

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits import theory

NETWORK = sl.random_network((3, 4, 1), 0)
LATENTS = np.linspace(0.1, 0.9, 20)
NAMES = [(package, name) for package in (sl, theory) for name in package.__all__]
each_name = pytest.mark.parametrize(("package", "name"), NAMES, ids=lambda value: getattr(value, "__name__", value))


def failures(subject: object, name: str) -> tuple[int, int]:
    """How many examples a docstring has, and how many of them fail; they may use the name itself."""
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for found in doctest.DocTestFinder(recurse=False).find(subject, name, globs={name: subject}):
        runner.run(found)
    return runner.tries, runner.failures


@each_name
def test_a_public_name_has_a_docstring_with_an_example_that_runs(package, name):
    subject = getattr(package, name)
    assert inspect.getdoc(subject)
    tries, failed = failures(subject, name)
    assert tries > 0
    assert failed == 0


SECTIONS = ("Parameters", "Returns", "Raises", "References", "Examples")  # as numpydoc has them


def sections(text: str) -> dict[str, list[str]]:
    """The lines of each section of a docstring, in order; "" has those in front."""
    found: dict[str, list[str]] = {"": []}
    lines = text.splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line and below == "-" * len(line):
            found[line] = []
        elif not (line and set(line) == {"-"}):
            found[[*found][-1]].append(line)
    return {name: [line for line in part if line.strip()] for name, part in found.items()}


@pytest.mark.parametrize("name", [name for name in sl.__all__ if inspect.isfunction(getattr(sl, name))])
def test_a_public_function_says_what_it_takes_gives_and_raises_and_where_it_comes_from(name):
    function = getattr(sl, name)
    found = sections(inspect.getdoc(function))
    assert [*found][1:] == [each for each in SECTIONS if each != "Parameters" or inspect.signature(function).parameters]
    told = [line.partition(" : ")[0] for line in found.get("Parameters", [])]
    taken = [str(each).split(":")[0] for each in inspect.signature(function).parameters.values()]  # *names with stars
    assert ", ".join(told).split(", ") == taken if taken else told == []
    assert all(found.values())


@pytest.mark.parametrize("package", [sl, theory])
def test_the_packages_have_examples_that_run(package):
    tries, failed = failures(package, package.__name__)
    assert tries > 0
    assert failed == 0


@pytest.mark.parametrize("package", [sl, theory])
def test_what_is_offered_is_all_that_is_offered(package):
    assert set(dir(package)) == set(package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        package.nonsense  # noqa: B018


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import sparse_limits, sparse_limits.theory", ("sympy", "numpy", "scipy", "numba")),
        (
            "from sparse_limits import cut_norm",
            ("sklearn", "matplotlib", "rich", "sparse_limits.theory.ledger"),
        ),
        (
            "from sparse_limits import predict",
            (
                "matplotlib",
                "rich",
                "sparse_limits.theory.lifts",
                "sparse_limits.theory.neuron_pruning",
                "sparse_limits.numerics.checks",
            ),
        ),
        (
            "from sparse_limits.theory import claim; claim('S4')",
            (
                "numpy",
                "scipy",
                "sparse_limits.theory.lifts",
                "sparse_limits.theory.kernel",
                "sparse_limits.theory.graphon",
            ),
        ),
    ],
)
def test_a_name_imports_only_what_it_needs(statement, absent):
    code = f"{statement}\nimport sys\nprint(*(name for name in {absent!r} if name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: sl.random_network((3, 4, 1), rng).weights[0],
        lambda rng: sl.saliency("random", NETWORK, rng=rng)[0],
        lambda rng: sl.prune("random", NETWORK, None, None, 0.5, rng=rng)[0],
        lambda rng: sl.sample_mask(lambda u, v: u * v, LATENTS, LATENTS, rng).toarray(),
        lambda rng: sl.sample_rank_one(LATENTS, LATENTS, rng).toarray(),
    ],
)
def test_random_numbers_come_of_a_generator_of_seeds_or_of_a_number(draw):
    """As SPEC 7 of scientific Python has it; anything else is refused in one line."""
    from_generator = draw(np.random.default_rng(7))
    for seed in (7, np.int64(7), np.random.SeedSequence(7)):
        assert (draw(seed) == from_generator).all()
    for bad in (-1, 1.5, True, "7", 2**128):
        with pytest.raises(sl.InputError, match=r"rng is .*, expected a Generator, a SeedSequence or a whole number"):
            draw(bad)
