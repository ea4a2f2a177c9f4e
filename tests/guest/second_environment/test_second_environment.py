"""Another environment calls EVM contracts and is called by them, on every engine.

Only the seam `zkos.guest.environments` is bound and the highest type byte raised.
"""

import pytest

from differential.outcome import Result, TransactionStatus
from differential.runners import cpython, native, riscv
from differential.runners.base import conclude, prepare, state_of_case
from tests.guest.second_environment.build import MODULES, VARIANT
from zkos.compiler.image import build_program
from zkos.compiler.native import build_native
from zkos.host.accounts import Account, stored_code
from zkos.host.case import parse_case
from zkos.host.profile import RunOptions
from zkos.host.signing import keccak256
from zkos.host.tree import hash_bytes
from zkos.versions import Build

pytestmark = [pytest.mark.cpython, pytest.mark.native, pytest.mark.riscv]
ROOTS = [native.MODULE, *MODULES]
KEY = "0x" + "01" * 32
SENDER = 0x1A642F0E3C3AF545E7ACBD38B07251B3990914F1
DOUBLER, MIDDLE, OUTER, BROKEN = 0xE0001, 0x50001, 0xC0001, 0x50002
STACK_MACHINE_CODE = 0x0102010000000000

# calldata[0] * 2 -> slot 0, returned
DOUBLER_CODE = bytes.fromhex("600035800180 600055 600052 60206000f3")
# call DOUBLER with the argument; result + 1 -> slot 7, returned
MIDDLE_CODE = (
    b"\x03\x06"
    + DOUBLER.to_bytes(20, "big")
    + bytes.fromhex("0b07 07 0101 02 0107 05 0107 04 08")
)
# pass calldata[0] to MIDDLE; success -> slot 1, result -> slot 2
OUTER_CODE = (
    bytes.fromhex("600035600052 6020 6000 6020 6000 6000 73")
    + MIDDLE.to_bytes(20, "big")
    + bytes.fromhex("5af1 600155 600051 600255 00")
)


@pytest.fixture(scope="module", params=["cpython", "native", "riscv"])
def run_guest(request):
    """Runs a channel on one engine with both environments."""
    if request.param == "native":
        library = build_native(ROOTS, [native.MAIN], variant=VARIANT)
        yield lambda channel, options: native.run_library(library, channel, options)
    elif request.param == "riscv":
        program = build_program(ROOTS, native.MAIN, variant=VARIANT)
        yield lambda channel, options: riscv.run_image(
            channel, program.image((options.word(),)), program
        )
    else:
        build = Build(variant=VARIANT)
        yield lambda channel, options: cpython.run_build(build, channel, options)


def stack_machine_account(address, code):
    """The leaf and preimages of a contract of the second environment."""
    account = Account.make(code=code, deployed=True)
    encoding = account._replace(versioning=STACK_MACHINE_CODE).encode()
    leaf = [f"{0x8003:#042x}", f"{address:#x}", "0x" + hash_bytes(encoding).hex()]
    assert account.observable_hash == keccak256(code)
    return leaf, ["0x" + encoding.hex(), "0x" + stored_code(code).hex()]


def run(run_guest, *callees):
    """The outcome of a block with a transaction to each callee, argument 5."""
    leaves, preimages = [], []
    for address, code in ((MIDDLE, MIDDLE_CODE), (BROKEN, b"\x02")):
        leaf, known = stack_machine_account(address, code)
        leaves.append(leaf)
        preimages += known
    transactions = [
        {
            "type": "legacy",
            "private_key": KEY,
            "nonce": nonce,
            "to": f"{callee:#042x}",
            "gas_limit": 1_000_000,
            "gas_price": 1000,
            "data": f"0x{5:064x}",
        }
        for nonce, callee in enumerate(callees)
    ]
    document = {
        "block": {},
        "accounts": {
            f"{SENDER:#042x}": {"balance": str(10**18)},
            f"{DOUBLER:#042x}": {"code": "0x" + DOUBLER_CODE.hex()},
            f"{OUTER:#042x}": {"code": "0x" + OUTER_CODE.hex()},
        },
        "leaves": leaves,
        "preimages": preimages,
        "txs": transactions,
    }
    case = parse_case(document, "second environment")
    options = RunOptions()
    state = state_of_case(case)
    channel = prepare(case.blocks[0], state, options)
    return conclude(channel, run_guest(channel, options), state, options)


def slots(outcome):
    return {(diff.address, diff.key): diff.current for diff in outcome.detail.diffs}


def test_evm_calls_it_and_it_calls_the_evm(run_guest):
    outcome = run(run_guest, OUTER)
    assert outcome.result is Result.SUCCESS, outcome.reason
    assert outcome.transactions[0].status is TransactionStatus.SUCCESS
    changed = slots(outcome)
    assert changed[DOUBLER, 0] == 10
    assert changed[MIDDLE, 7] == 11
    assert changed[OUTER, 1] == 1
    assert changed[OUTER, 2] == 11


def test_transaction_calls_it_and_gets_its_word(run_guest):
    outcome = run(run_guest, MIDDLE)
    assert outcome.transactions[0].return_data == (11).to_bytes(32, "big")


def test_fault_in_it_halts_the_frame_and_takes_its_gas(run_guest):
    outcome = run(run_guest, BROKEN, MIDDLE)
    broken, after = outcome.transactions
    assert broken.status is TransactionStatus.REVERTED
    assert broken.gas_used == 1_000_000
    assert after.status is TransactionStatus.SUCCESS


def test_plain_build_refuses_the_type_byte():
    outcome = run(native.run_guest, MIDDLE)
    assert outcome.transactions[0].status is not TransactionStatus.SUCCESS
