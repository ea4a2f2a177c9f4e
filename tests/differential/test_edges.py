"""Every opcode at every edge of its operands and of the stack, on all engines."""

from collections import Counter

import pytest

from differential.compare import first_difference
from differential.engines import unsupported
from differential.evm_compare import compare_with_ethereum
from differential.outcome import TransactionStatus
from differential.runners import native, riscv
from differential.runners.base import state_of_case
from fuzz.strategies.cast import keys, senders
from fuzz.strategies.code import BY_NAME
from fuzz.strategies.edges import CELLS, NUMBERS, edge_code
from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext
from zkos.host.profile import Mode, Profile, RunOptions
from zkos.host.transactions import FieldTransaction, Kind

OPTIONS = RunOptions(Profile.REPLAY, Mode.FORWARD)
AT_ONCE = 160
PARTS = range(0, len(CELLS), AT_ONCE)
GAS = 150_000


def block_of(cells):
    """Each cell as a transaction that creates: what it returns becomes code."""
    transactions = tuple(
        FieldTransaction(
            Kind.LEGACY,
            nonce=number,
            gas_limit=GAS,
            max_fee_per_gas=1000,
            data=edge_code(cell),
            private_key=keys()[0],
        )
        for number, cell in enumerate(cells)
    )
    return Block(BlockContext(), transactions)


def state():
    return state_of_case(Case((), (AccountState(senders()[0], 10**18),)))


@pytest.mark.native
@pytest.mark.riscv
@pytest.mark.parametrize("start", PARTS)
def test_engines_agree_with_ethereum_at_every_edge(start):
    cells = CELLS[start : start + AT_ONCE]
    block = block_of(cells)
    ours = native.run_block(block, state(), OPTIONS)
    assert len(ours.transactions) == len(cells)
    other = riscv.run_block(block, state(), OPTIONS)
    assert first_difference({"native": ours, "riscv": other}) is None
    done = compare_with_ethereum(block, state(), OPTIONS, ours, engine="py_evm")
    assert not unsupported(done.reference)
    assert done.difference is None


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.parametrize("start", PARTS)
def test_second_reference_agrees_at_every_edge(start):
    block = block_of(CELLS[start : start + AT_ONCE])
    ours = native.run_block(block, state(), OPTIONS)
    done = compare_with_ethereum(block, state(), OPTIONS, ours, engine="eels")
    assert done.reference.succeeded
    assert done.difference is None


@pytest.mark.native
def test_edges_halt_and_succeed():
    seen = Counter()
    for start in PARTS:
        ours = native.run_block(
            block_of(CELLS[start : start + AT_ONCE]), state(), OPTIONS
        )
        seen.update(item.status for item in ours.transactions)
    assert seen[TransactionStatus.SUCCESS] > len(CELLS) // 3
    assert seen[TransactionStatus.REVERTED] > len(CELLS) // 8
    assert sum(seen.values()) == len(CELLS)


def test_every_operand_of_every_opcode_meets_every_number():
    met = {(cell.opcode, cell.operand, cell.number) for cell in CELLS}
    for name in ("ADD", "CALL", "MSTORE", "LOG4", "CREATE2", "RETURNDATACOPY"):
        for operand in range(BY_NAME[name].pops):
            assert all((name, operand, number) in met for number in NUMBERS)
        assert (name, -1, BY_NAME[name].pops - 1) in met
    assert len(set(CELLS)) == len(CELLS)
