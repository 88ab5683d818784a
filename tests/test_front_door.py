"""The names that `import numerics` and `import theory` offer: cheap to import, documented, with examples that run."""

import doctest
import inspect
import subprocess
import sys

import pytest

import numerics
import theory

NAMES = [(package, name) for package in (numerics, theory) for name in package.__all__]
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


@pytest.mark.parametrize("package", [numerics, theory])
def test_the_packages_have_examples_that_run(package):
    tries, failed = failures(package, package.__name__)
    assert tries > 0
    assert failed == 0


@pytest.mark.parametrize("package", [numerics, theory])
def test_what_is_offered_is_all_that_is_offered(package):
    assert set(dir(package)) == set(package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        package.nonsense  # noqa: B018


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import numerics, theory", ("sympy", "numpy", "scipy", "numba")),
        ("from numerics import cut_norm", ("sklearn", "matplotlib", "rich", "theory.ledger")),
        (
            "from numerics import predict",
            ("matplotlib", "rich", "theory.lifts", "theory.neuron_pruning", "numerics.checks"),
        ),
        (
            "from theory import claim; claim('S4')",
            ("numpy", "scipy", "theory.lifts", "theory.kernel", "theory.graphon"),
        ),
    ],
)
def test_a_name_imports_only_what_it_needs(statement, absent):
    code = f"{statement}\nimport sys\nprint(*(name for name in {absent!r} if name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""
