"""What `zkos bench` measures, without measuring much."""

from differential import benchmark_crypto
from differential.benchmark_rows import Row, absent, middles
from differential.benchmark_state import state_rows
from differential.benchmarks import first_block
from differential.runners import native
from zkos.host.profile import Profile, RunOptions


def test_rows_say_what_beside_whom():
    row = Row("block", "token", "native", {"seconds": 2.0}, "py_evm", 3.0)
    assert row.to_json() == {
        "bench": "block",
        "work": "token",
        "engine": "native",
        "peer": "py_evm",
        "ratio": 3.0,
        "figures": {"seconds": 2.0},
    }
    assert absent("block", "token", "anvil", "not installed").to_json()["note"]


def test_what_is_compared_runs_in_turns():
    order = []
    first, second = middles([lambda: order.append(1), lambda: order.append(2)])
    assert order == [1, 2] * 5
    assert first >= 0
    assert second >= 0


def test_a_state_is_measured_with_its_memory():
    built, block = state_rows(64)
    assert built.figures["seconds"] > 0
    assert 0 < block.figures["ms a block"] <= block.figures["most ms"]


def test_each_precompile_is_called_as_often_as_is_said():
    options = RunOptions(Profile.REPLAY)
    for name, address, data in benchmark_crypto._inputs():
        outcome = first_block(
            native.run_block, benchmark_crypto._calls(address, data), options
        )
        (transaction,) = outcome.transactions
        assert transaction.status.value == "success", name


def test_the_recovery_beside_ours_recovers():
    _, _, data = next(benchmark_crypto._inputs())
    assert benchmark_crypto._libsecp256k1(bytes.fromhex(data[2:])) > 0
