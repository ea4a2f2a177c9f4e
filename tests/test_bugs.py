"""Faults once reported of ZKsync OS, on all engines: here they are right.

The cases lie in `corpora/regressions`, each with its story. What ends a block of the
real images is made here instead.
"""

import pytest

from differential.outcome import Result
from differential.runners import cpython, native, riscv
from differential.runners.base import run_chain
from tests.guest.bootloader.cases import CONTRACT, REVERTS, SENDER, legacy, upgrade
from tests.support.published import CORPORA
from zkos.host.case import load_case, parse_case
from zkos.host.profile import Quirks, RunOptions

REGRESSIONS = CORPORA / "regressions"
ENGINES = {"cpython": cpython, "native": native, "riscv": riscv}
COINBASE = 0xF0
WARM = 7017
"""Gas of a call of P256 and of the opcodes around it."""


@pytest.fixture(
    params=[pytest.param(x, marks=getattr(pytest.mark, x)) for x in ENGINES]
)
def engine(request):
    return ENGINES[request.param]


@pytest.fixture(
    params=[
        pytest.param(name, marks=getattr(pytest.mark, name))
        for name in ("native", "riscv")
    ]
)
def compiled(request):
    return ENGINES[request.param]


def run(engine, case, quirks=Quirks.NONE):
    (outcome,) = run_chain(engine.run_block, case, RunOptions(quirks=quirks))
    assert outcome.result is Result.SUCCESS, outcome.reason
    return outcome


def load(name):
    return load_case(REGRESSIONS / name / "case.json")


def endings(outcome):
    return [(each.status.value, each.reason) for each in outcome.transactions]


def statuses(outcome):
    return [status for status, _ in endings(outcome)]


def returned(outcome):
    """Words that the only transaction returned."""
    (done,) = outcome.transactions
    data = done.return_data
    return [int.from_bytes(data[i : i + 32], "big") for i in range(0, len(data), 32)]


def accounts(outcome):
    return {each.address: each for each in outcome.detail.accounts}


def test_a_log_beyond_the_tree_is_refused(compiled):
    outcome = run(compiled, load("logs_beyond_the_tree"))
    full = ("invalid", "BlockL2ToL1LogsLimitReached")
    assert endings(outcome) == [("success", ""), full]
    assert len(outcome.detail.l1_logs) == 2**14
    assert len(outcome.detail.l1_messages) == 2**14
    assert accounts(outcome)[int(SENDER, 16)].nonce == 1


def test_l1_transaction_with_little_gas_is_answered(engine):
    outcome = run(engine, load("l1_with_little_gas"))
    assert statuses(outcome) == ["reverted", "success", "success"]
    logs = outcome.detail.l1_logs
    assert [(log.transaction, log.sender) for log in logs] == [
        (number, 0x8001) for number in range(3)
    ]
    assert [log.value for log in logs] == [0, 1, 1]
    assert [log.key for log in logs] == [each.hash for each in outcome.transactions]


def test_gas_comes_before_native(engine):
    case = load("upstream_native_before_gas")
    outcome = run(engine, case)
    assert endings(outcome) == [("success", "")]
    assert returned(outcome) == [0]
    upstream = run(engine, case, Quirks.UPSTREAM)
    assert endings(upstream) == [("reverted", "OutOfNative")]


def test_precompile_p256_is_warm(engine):
    case = load("upstream_p256_is_cold")
    assert returned(run(engine, case)) == [WARM, WARM]
    upstream = returned(run(engine, case, Quirks.UPSTREAM))
    assert sorted(upstream) == [WARM, WARM + 2500]


def test_code_that_is_refused_is_no_return_data(engine):
    outcome = run(engine, load("refused_code_is_no_output"))
    assert returned(outcome) == [0, 0]


def test_heir_that_is_a_precompile_costs_nothing(engine):
    call, destruct, around = 2600, 5000, 22
    outcome = run(engine, load("heir_is_a_precompile"))
    assert returned(outcome) == [call + destruct + around]


def test_other_encodings_of_a_transaction_are_dropped(engine):
    outcome = run(engine, load("many_encodings"))
    assert endings(outcome) == [
        ("success", ""),
        *[("invalid", "InvalidStructure")] * 9,
        *[("invalid", "InvalidEncoding")] * 15,
        ("success", ""),
        ("success", ""),
    ]


def test_log_numbers_count_included_transactions(engine):
    outcome = run(engine, load("log_numbers"))
    assert statuses(outcome) == ["invalid", "success", "invalid", "success"]
    assert [log.transaction for log in outcome.detail.l1_logs] == [0, 1]


def test_transaction_dropped_in_validation_leaves_no_trace(engine):
    outcome = run(engine, load("dropped_without_trace"))
    dropped = ("invalid", "OutOfNativeResourcesDuringValidation")
    assert endings(outcome) == [*[dropped] * 7, ("success", "")]
    fee = outcome.transactions[-1].gas_used * 1000
    changed = accounts(outcome)
    sender = changed.pop(int(SENDER, 16))
    coinbase = changed.pop(COINBASE)
    assert changed == {}
    assert (sender.nonce, coinbase.balance) == (1, fee)


def test_upgrade_that_fails_leaves_no_trace(engine):
    transfer = legacy(value=7)
    blocks = [
        {
            "block": {},
            "accounts": {SENDER: {"balance": 10**18}, CONTRACT: REVERTS},
            "txs": transactions,
        }
        for transactions in ([upgrade(to=CONTRACT), transfer], [transfer])
    ]
    outcome, without = (run(engine, parse_case(block, "upgrade")) for block in blocks)
    assert endings(outcome) == [("invalid", "UpgradeReverted"), ("success", "")]
    assert outcome.public_input == without.public_input
