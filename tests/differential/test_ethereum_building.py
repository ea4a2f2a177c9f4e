"""Blocks that are made: what EELS makes of them, our OS does too."""

from dataclasses import replace

import pytest

from differential.compare import first_difference
from differential.ethereum.blocks import Account
from differential.ethereum.building import CannotBuild, Plan, build_block
from differential.ethereum.running import run_block
from differential.ethereum.states import full_state
from differential.importers.ethereum_blocks import load_blocks
from tests.pins import CORPORA
from zkos.cases.assembler import assemble
from zkos.host.delivery import deliver
from zkos.host.ethereum.lookup import AccountLeaf, Lookup
from zkos.host.signing import address_of_key, keccak256
from zkos.host.transactions import AccessListEntry, FieldTransaction, Kind
from zkos.versions import Fork

pytest.importorskip("ethereum")

KEY = bytes(31) + b"\x45"
SENDER = address_of_key(KEY)
CONTRACT = 0xC0DE
HEIR = 0xBEEF
TEMPLATE = load_blocks(CORPORA / "ethereum" / "transfers_osaka_1000.blocks.json.gz")[0]
SYSTEM = (
    0x000F3DF6D732807EF1319FB7B8BB8522D0BEAC02,
    0x0000F90827F1C53A10CB7A02335B175320002935,
    0x00000961EF480EB55E80D19AD83579A64C007002,
    0x0000BBDDC7CE488642FB579F8B00F3A590007251,
)


def state(code: str = "", storage: dict[int, int] | None = None):
    """A rich sender, a contract, and the system contracts every chain has."""
    assert TEMPLATE.before is not None
    known = {
        address: Account(1, 0, TEMPLATE.before[address].code) for address in SYSTEM
    }
    contract = Account(1, 5, assemble(code), storage or {})
    return {**known, SENDER: Account(0, 10**20), CONTRACT: contract}


def call(nonce: int, to: int | None, **fields) -> bytes:
    made = FieldTransaction(
        kind=fields.pop("kind", Kind.EIP1559),
        gas_limit=fields.pop("gas_limit", 200_000),
        max_fee_per_gas=100,
        max_priority_fee_per_gas=3,
        nonce=nonce,
        to=to,
        private_key=KEY,
        **fields,
    )
    return deliver(made, 1).data


def check(plan: Plan):
    known = build_block(plan, "made")
    ours = run_block("native", known.block)
    assert known.expected is not None
    assert ours.succeeded, ours.reason
    assert first_difference({"eels": known.expected, "native": ours}) is None
    return ours


@pytest.mark.native
def test_an_empty_block_is_equal():
    ours = check(Plan(Fork.OSAKA, state()))
    assert ours.transactions == ()


@pytest.mark.native
def test_slots_that_are_set_and_cleared_are_equal():
    code = "PUSH0 CALLDATALOAD DUP1 ISZERO SWAP1 SSTORE STOP"
    before = state(code, dict.fromkeys(range(1, 9), 1))
    words = [number.to_bytes(32, "big") for number in (0, 3, 7, 0, 1, 2)]
    plan = Plan(
        Fork.OSAKA,
        before,
        [call(index, CONTRACT, data=word) for index, word in enumerate(words)],
        withdrawals=[(0, 1, HEIR, 7), (1, 1, 0xABBA, 0)],
        coinbase=0xFEE,
    )

    ours = check(plan)

    storage = {
        (diff.address, diff.key): diff.current for diff in ours.detail.storage or ()
    }
    assert storage[CONTRACT, 0] == 1
    assert storage[CONTRACT, 7] == 0
    balances = {diff.address: diff.balance for diff in ours.detail.accounts or ()}
    assert balances[HEIR] == 7 * 10**9
    assert 0xABBA not in balances


@pytest.mark.native
def test_what_is_only_listed_need_not_be_in_the_witness():
    """Without the nodes of a storage that nobody reads the block still runs."""
    storage = {number: number + 1 for number in range(1, 60)}
    before = state("STOP", storage)
    listed = (AccessListEntry(CONTRACT, (5,)),)
    plan = Plan(Fork.OSAKA, before, [call(0, CONTRACT, access_list=listed)])
    known = build_block(plan, "made")
    bare = full_state({CONTRACT: Account(1, 5, b"", storage)})
    gone = set(bare.nodes) - set(full_state({CONTRACT: Account(1, 5)}).nodes)
    witness = known.block.witness
    nodes = tuple(node for node in witness.nodes if node not in gone)
    assert len(nodes) < len(witness.nodes)

    ours = run_block(
        "native", replace(known.block, witness=replace(witness, nodes=nodes))
    )

    assert ours.succeeded, ours.reason


def test_what_no_block_can_be_is_not_built():
    with pytest.raises(CannotBuild):
        build_block(Plan(Fork.OSAKA, state(), [call(5, HEIR)]), "nonce")
    with pytest.raises(CannotBuild):
        build_block(Plan(Fork.OSAKA, {SENDER: Account(0, 1)}), "no contracts")


def test_a_witness_finds_what_the_state_holds():
    before = state("STOP", {7: 9})
    full = full_state(before)
    lookup = Lookup({keccak256(node): node for node in full.nodes}, full.root)
    address = CONTRACT.to_bytes(20, "big")

    assert lookup.account(SENDER.to_bytes(20, "big")).balance == 10**20
    assert lookup.account(bytes(20)) == AccountLeaf()
    assert lookup.slot(address, (7).to_bytes(32, "big")) == 9
    assert lookup.slot(address, (8).to_bytes(32, "big")) == 0
