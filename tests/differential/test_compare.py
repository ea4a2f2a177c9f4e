"""Which two of several engines are compared."""

import itertools

import pytest

from differential.compare import first_difference
from differential.outcome import Outcome, Result
from tests.cli.support import rows, zkos

ENGINE = """from differential.outcome import Outcome, Result


def run_block(block, state, options):
    return Outcome(Result.SUCCESS, state_root={root})
"""


def outcome(root):
    """An engine that knows the root, or nothing of it."""
    return Outcome(Result.SUCCESS, state_root=root)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_pair_is_compared_wherever_it_stands(order):
    engines = [("py_evm", None), ("native", 1), ("riscv", 2)]
    told = {engines[at][0]: outcome(engines[at][1]) for at in order}
    found = first_difference(told)
    assert found is not None
    assert set(found.engines) == {"native", "riscv"}
    assert found.engines == tuple(name for name in told if name != "py_evm")
    assert found.layer == "state_root"


def test_the_first_engine_is_named_where_it_differs():
    found = first_difference({"a": outcome(1), "b": outcome(2), "c": outcome(3)})
    assert found is not None
    assert found.engines == ("a", "b")


@pytest.mark.parametrize("count", range(4))
def test_engines_that_agree_or_know_nothing_do_not_differ(count):
    same = {f"e{at}": outcome(1) for at in range(count)}
    assert first_difference(same) is None
    assert first_difference({**same, "silent": outcome(None)}) is None


@pytest.fixture
def engines(tmp_path, monkeypatch):
    """Three engines of which the first knows no root, and a case."""
    for name, root in (("silent", None), ("one", 1), ("two", 2)):
        (tmp_path / f"{name}.py").write_text(ENGINE.format(root=root))
    (tmp_path / "case.json").write_text('{"block": {}, "accounts": {}, "txs": []}')
    monkeypatch.chdir(tmp_path)
    return [f"--engine=module={name}" for name in ("silent", "one", "two")]


def test_a_difference_behind_a_silent_engine_is_told(engines):
    done = zkos("diff", "case.json", *engines)
    assert done.returncode == 1
    assert "one and two" in done.stdout
    assert "first difference: state_root" in done.stdout
    done = zkos("diff", "case.json", "--json", *engines)
    (row,) = rows(done)
    assert row["difference"]["engines"] == ["one", "two"]
    assert row["difference"]["values"] == [1, 2]
