"""The heap of the guest in a memory-hungry block."""

import pytest

from differential.compare import first_difference
from differential.runners import native, riscv
from differential.runners.base import state_of_case
from zkos.host.case import parse_case
from zkos.host.profile import Profile, RunOptions

HUNGRY = 0xC0DE
# Grow memory to 64 KiB, call itself with all gas as long as much is left, then write a
# slot (GAS as key), log 1 KiB and return 32 KiB.
CODE = bytes.fromhex(
    "600161ffe052"  # mstore(0xffe0, 1)
    "5b"  # jumpdest at 6
    "618000600060006000600030"  # out 0x8000 at 0, in 0 at 0, value 0, self
    "5af150"  # call(gas), pop
    "5a62030d4010600657"  # jumpi(6, 200000 < gas)
    "60015a55"  # sstore(gas, 1)
    "610400 6000 a0"  # log0(0, 0x400)
    "618000 6000 f3"  # return(0, 0x8000)
)
GAS = 30_000_000


@pytest.mark.native
@pytest.mark.riscv
def test_hungry_block_stays_below_512_mb():
    document = {
        "block": {"gas_limit": GAS},
        "accounts": {
            "0x1a642f0e3c3af545e7acbd38b07251b3990914f1": {"balance": str(10**20)},
            f"{HUNGRY:#042x}": {"code": "0x" + CODE.hex()},
        },
        "txs": [
            {
                "type": "legacy",
                "private_key": "0x" + "01" * 32,
                "nonce": 0,
                "to": f"{HUNGRY:#042x}",
                "gas_limit": GAS,
                "gas_price": 1000,
            }
        ],
    }
    case = parse_case(document, "hungry")
    state = state_of_case(case)
    options = RunOptions(profile=Profile.REPLAY)
    outcomes = {
        "native": native.run_block(case.blocks[0], state, options),
        "riscv": riscv.run_block(case.blocks[0], state, options),
    }
    assert first_difference(outcomes) is None
    assert outcomes["native"].transactions[0].gas_used > GAS // 2
    for outcome in outcomes.values():
        assert outcome.heap_bytes < 512 * 10**6
