"""Every test is in exactly one shard, with its whole group."""

from __future__ import annotations

import subprocess
import sys

import pytest
from helpers import TESTS
from shards import group, shard, shared_out


@pytest.mark.parametrize("many", [1, 4])
def test_every_test_is_in_exactly_one_shard_with_its_group(request: pytest.FixtureRequest, many: int) -> None:
    items = request.session.items
    shards = [shared_out(items, f"{number}/{many}")[0] for number in range(1, many + 1)]
    assert sorted(item.nodeid for each in shards for item in each) == sorted(item.nodeid for item in items)
    groups = [{group(item) for item in each} for each in shards]
    assert sum(map(len, groups)) == len(set.union(*groups))


def test_the_option_runs_one_shard() -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", str(TESTS / "masks")]
    collected = []
    for words in ([], ["--shard", "1/2"], ["--shard", "2/2"]):
        done = subprocess.run([*command, *words], cwd=TESTS.parent, capture_output=True, text=True, check=True)
        collected.append({line for line in done.stdout.splitlines() if "::" in line})
    every, first, second = collected
    assert first | second == every
    assert not first & second
    assert first
    assert second


@pytest.mark.parametrize("words", ["", "1", "0/2", "3/2", "1/0", "a/b", "-1/2", "1/2/3"])
def test_a_shard_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(pytest.UsageError, match=r"expected I/N with I from 1 to N"):
        shard(words)
