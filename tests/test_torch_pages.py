"""The examples of the pages that need PyTorch."""

from pathlib import Path

import pytest
from helpers import needs
from page_cases import pages_with_examples, wrong_examples

needs("torch")


@pytest.mark.parametrize("page", pages_with_examples(torch=True))
def test_the_examples_of_a_page_with_torch_print_what_it_shows(page: Path) -> None:
    assert wrong_examples(page) == []
