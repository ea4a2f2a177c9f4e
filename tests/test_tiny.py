"""Start here: one transfer, from the case to the public input, under CPython.

Everything the project does is in these lines at its smallest; each has tests of its
own elsewhere.
"""

from differential.compare import first_difference
from differential.outcome import Result, TransactionStatus
from differential.runners import cpython
from differential.runners.base import state_after, state_of_case
from zkos.host.case import parse_case
from zkos.host.profile import Mode, RunOptions

KEY = "0x" + "11" * 32
SENDER = 0x19E7E376E7C213B7E7E7E46CC70A5DD086DAFF2A
TARGET = 0x4242424242424242424242424242424242424242
CASE = parse_case(
    {
        "block": {"eip1559_basefee": 1000},
        "accounts": {f"{SENDER:#042x}": {"balance": "1000000000000000000"}},
        "txs": [
            {
                "type": "legacy",
                "private_key": KEY,
                "to": f"{TARGET:#042x}",
                "value": 5,
                "gas_limit": 21000,
                "gas_price": 1000,
            }
        ],
    },
    "tiny",
)


def test_transfer_moves_money_and_proves_it():
    state = state_of_case(CASE)
    outcome = cpython.run_block(CASE.blocks[0], state, RunOptions())
    assert outcome.result is Result.SUCCESS
    (transaction,) = outcome.transactions
    assert transaction.status is TransactionStatus.SUCCESS
    assert transaction.gas_used == 21000
    after = state_after(state, outcome)
    assert after.account(TARGET).balance == 5
    assert after.account(SENDER).balance == 10**18 - 5 - 21000 * 1000
    assert int.from_bytes(after.tree.root(), "big") == outcome.state_root
    assert state.account(TARGET).balance == 0


def test_forward_mode_says_the_same():
    state, block = state_of_case(CASE), CASE.blocks[0]
    proving = cpython.run_block(block, state, RunOptions(mode=Mode.PROVING))
    forward = cpython.run_block(block, state, RunOptions(mode=Mode.FORWARD))
    assert forward.transactions == proving.transactions
    assert forward.detail.diffs == proving.detail.diffs
    assert forward.pubdata == proving.pubdata
    assert first_difference({"cpython": proving, "again": proving}) is None
