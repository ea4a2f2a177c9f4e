"""Rewrites that keep what a case means: what must stay alike does."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from differential.outcome import TransactionOutcome, TransactionStatus
from differential.runners import native
from differential.runners.base import state_after, state_of_case
from fuzz.mutation.cases import mutate_case
from fuzz.mutation.cast import fund_senders, repair_nonces
from fuzz.mutation.metamorphic import (
    METAMORPHIC,
    add_dead_code,
    add_gas_slack,
    merge_transactions,
    rename_address,
    split_block,
    split_transaction,
)
from fuzz.strategies.cast import keys, senders
from fuzz.strategies.code import Code
from fuzz.strategies.envelopes import raw_transaction
from fuzz.strategies.source import RandomSource, Source
from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext
from zkos.host.profile import RunOptions
from zkos.host.state import ChainState
from zkos.host.transactions import FieldTransaction, Kind

pytestmark = pytest.mark.native

CONTEXT = BlockContext(block_number=9, eip1559_basefee=1000, native_price=10)
PURSE = 0xC0DE << 144
CALLER = 0xCA11 << 144
RECEIVER = 0xBEEF << 144
SEEDS = range(12)
Rewrite = Callable[[Source, Case], Case]


def purse() -> bytes:
    """Count the ether received in slot 0, and return the sum."""
    code = Code()
    code.push(0)
    code.op("SLOAD", "CALLVALUE", "ADD", "DUP1")
    code.push(0)
    code.op("SSTORE")
    code.push(0)
    code.op("MSTORE")
    code.push(32)
    code.push(0)
    code.op("RETURN")
    return code.finish()


def caller() -> bytes:
    """Hand the ether on to the purse; nothing if that fails."""
    code = Code()
    for _ in range(4):
        code.push(0)
    code.op("CALLVALUE")
    code.push(PURSE, 20)
    code.push(100_000)
    code.op("CALL")
    code.push(0)
    code.op("MSTORE")
    code.push(32)
    code.push(0)
    code.op("RETURN")
    return code.finish()


def payment(number: int, nonce: int, to: int, value: int) -> FieldTransaction:
    return FieldTransaction(
        kind=Kind.LEGACY,
        gas_limit=300_000,
        max_fee_per_gas=100_000,
        nonce=nonce,
        to=to,
        value=value,
        private_key=keys()[number],
    )


def base() -> Case:
    accounts = (
        AccountState(senders()[0], 10**30),
        AccountState(senders()[1], 10**30),
        AccountState(PURSE, 0, 1, purse()),
        AccountState(CALLER, 0, 1, caller()),
        AccountState(RECEIVER, 1),
    )
    transactions = (
        payment(0, 0, PURSE, 10),
        payment(1, 0, CALLER, 5),
        payment(0, 1, RECEIVER, 7),
        payment(0, 2, RECEIVER, 8),
    )
    return Case((Block(CONTEXT, transactions),), accounts=accounts)


@dataclass(frozen=True)
class Story:
    """What became of a case."""

    receipts: list[TransactionOutcome]
    state: ChainState

    def gas(self) -> list[int | None]:
        return [receipt.gas_used for receipt in self.receipts]

    def answers(self) -> list[bytes | None]:
        return [receipt.return_data for receipt in self.receipts]

    def sums(self, purse: int = PURSE) -> tuple[int | None, int, int]:
        """Ether counted, held by the one who counts, and received."""
        held = self.state.account(purse).balance
        received = self.state.account(RECEIVER).balance
        return self.state.slot(purse, 0), held, received


def tell(case: Case) -> Story:
    state = state_of_case(case)
    receipts: list[TransactionOutcome] = []
    for block in case.blocks:
        outcome = native.run_block(block, state, RunOptions())
        receipts += outcome.transactions
        state = state_after(state, outcome)
    assert {receipt.status for receipt in receipts} == {TransactionStatus.SUCCESS}
    return Story(receipts, state)


def rewritten(rewrite: Rewrite, seed: int) -> Case:
    return repair_nonces(rewrite(RandomSource(seed), base()))


@pytest.mark.parametrize("seed", SEEDS)
def test_renamed_contracts_do_the_same(seed: int) -> None:
    case = rewritten(rename_address, seed)
    renamed = case.accounts[2].address
    before, after = tell(base()), tell(case)
    assert case != base()
    assert after.gas() == before.gas()
    assert after.answers() == before.answers()
    assert after.sums(renamed) == before.sums()


@pytest.mark.parametrize("rewrite", [split_transaction, merge_transactions])
@pytest.mark.parametrize("seed", SEEDS)
def test_payments_in_parts_are_worth_the_same(rewrite: Rewrite, seed: int) -> None:
    case = rewritten(rewrite, seed)
    before, after = tell(base()), tell(case)
    step = 1 if rewrite is split_transaction else -1
    assert len(after.receipts) == len(before.receipts) + step
    assert after.sums() == before.sums()


@pytest.mark.parametrize("seed", SEEDS)
def test_dead_code_only_costs_gas(seed: int) -> None:
    case = rewritten(add_dead_code, seed)
    before, after = tell(base()), tell(case)
    assert case != base()
    assert after.answers() == before.answers()
    assert after.sums() == before.sums()
    assert all(
        more >= less for more, less in zip(after.gas(), before.gas(), strict=True)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_more_gas_changes_nothing(seed: int) -> None:
    case = rewritten(add_gas_slack, seed)
    before, after = tell(base()), tell(case)
    assert case != base()
    assert after.gas() == before.gas()
    assert after.answers() == before.answers()
    assert after.sums() == before.sums()


@pytest.mark.parametrize("seed", SEEDS)
def test_split_blocks_do_the_same(seed: int) -> None:
    case = rewritten(split_block, seed)
    before, after = tell(base()), tell(case)
    assert len(case.blocks) == 2
    assert after.answers() == before.answers()
    assert after.gas() == before.gas()
    assert after.sums() == before.sums()


def test_every_rewrite_is_checked_here() -> None:
    checked = {rename_address, split_transaction, merge_transactions}
    assert set(METAMORPHIC) == checked | {add_dead_code, add_gas_slack, split_block}


def test_envelopes_of_others_can_be_changed_and_signed_anew() -> None:
    """As those of imported tests: unknown keys, senders without ether."""
    envelopes = tuple(
        raw_transaction(item, CONTEXT.chain_id)
        for item in base().blocks[0].transactions
    )
    imported = Case((Block(CONTEXT, envelopes),), accounts=base().accounts)
    included = anew = 0
    for seed in range(60):
        made = mutate_case(RandomSource(seed), imported, imported)
        anew += any(
            isinstance(item, FieldTransaction)
            for block in made.blocks
            for item in block.transactions
        )
        outcome = native.run_block(made.blocks[0], state_of_case(made), RunOptions())
        included += sum(
            receipt.status is not TransactionStatus.INVALID
            for receipt in outcome.transactions or ()
        )
    assert anew > 5
    assert included > 60


def test_signers_without_ether_are_given_some() -> None:
    poor = Case(base().blocks, accounts=base().accounts[2:])
    case = fund_senders(poor)
    assert {entry.address for entry in case.accounts} >= set(senders()[:2])
    assert fund_senders(case) == case
    assert tell(case).sums() == tell(base()).sums()
