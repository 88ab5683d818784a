"""What a topic offers is imported when it is used, and is a claim even where a module has the same name."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from sparse_limits.theory.lazy import homes
from sparse_limits.theory.ledger import TOPICS, claims_of

each_package = pytest.mark.parametrize(
    "package", ["sparse_limits", "sparse_limits.theory", *(f"sparse_limits.theory.{topic}" for topic in TOPICS)]
)


@each_package
def test_what_is_imported_lazily_is_what_is_listed(package):
    module = import_module(package)
    assert sorted(homes(package)) == sorted(module.__all__) == sorted(dir(module))
    with pytest.raises(AttributeError, match=rf"module '{package}' has no attribute 'nonsense'"):
        module.nonsense  # noqa: B018


@pytest.mark.parametrize("topic", TOPICS)
def test_a_claim_is_not_hidden_by_a_module_of_its_name(topic):
    package = import_module(f"sparse_limits.theory.{topic}")
    for name, claim in claims_of(topic).items():
        import_module(homes(f"sparse_limits.theory.{topic}")[name])
        assert getattr(package, name) is claim


def test_a_module_is_found_where_no_claim_has_its_name():
    code = "from sparse_limits.theory.saliency import snip, product_graphon\nassert snip.product_graphon is product_graphon"
    subprocess.run([sys.executable, "-c", code], check=True)
