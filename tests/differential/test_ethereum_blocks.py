"""Blocks of Ethereum with known receipts: ours and both references run them."""

import gzip
import json

import pytest

from differential.evm_compare import judge, told_by
from differential.policy import Policy
from differential.runners import native
from differential.runners.base import state_of_case
from differential.statetest import DEFAULT_OPTIONS
from tests.differential.test_rules import REFERENCES
from zkos.host.accounts import delegate_of
from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext
from zkos.host.transactions import RawTransaction

pytestmark = [pytest.mark.native, pytest.mark.slow]

KINDS = [
    *("access_lists", "calls", "chain_contract_life", "chain_delegations"),
    *("collisions", "create_rules", "fees", "logs", "opcodes", "pre_p256", "refunds"),
    *("selfdestruct", "set_code_acts", "set_code_chain", "set_code_clear"),
    *("set_code_set", "transfers"),
]
FIELDS = {
    "block_number": "number",
    "timestamp": "timestamp",
    "eip1559_basefee": "baseFeePerGas",
    "coinbase": "miner",
    "gas_limit": "gasLimit",
    "mix_hash": "mixHash",
}


def number(text):
    return int(text, 16)


def account(address, fields):
    code = bytes.fromhex((fields["code"] or "0x")[2:])
    delegate = delegate_of(code)
    slots = fields["storage"].items()
    return AccountState(
        number(address),
        balance=number(fields["balance"]),
        nonce=number(fields["nonce"]),
        code=code if delegate is None else b"",
        delegate=delegate,
        storage=tuple((number(slot), number(value)) for slot, value in slots),
    )


def case_of(block):
    header = block["block"]["header"]
    context = BlockContext(
        chain_id=1,
        block_hashes=(number(header["parentHash"]),),
        **{name: number(header[field]) for name, field in FIELDS.items()},
    )
    sent = tuple(
        RawTransaction(bytes.fromhex(data[2:]))
        for data in block["block"]["transactions"]
    )
    accounts = tuple(account(*item) for item in block["alloc"].items())
    return Case((Block(context, sent),), accounts)


@pytest.mark.parametrize("kind", KINDS)
def test_receipts_are_ethereums(shared, kind):
    folder = shared / "fixtures" / "ethereum_blocks"
    blocks = [
        block
        for path in sorted(folder.glob(f"{kind}_*.json.gz"))
        for block in json.loads(gzip.decompress(path.read_bytes()))["blocks"]
    ]
    assert blocks
    for given in blocks:
        case = case_of(given)
        (block,), state = case.blocks, state_of_case(case)
        ours = native.run_block(block, state, DEFAULT_OPTIONS)
        outcomes, fired = {"native": ours}, set()
        for name, reference in REFERENCES.items():
            policy = Policy.of(DEFAULT_OPTIONS)
            outcomes[name] = reference.run_with(
                block, state, policy, DEFAULT_OPTIONS, told=told_by(ours)
            )
            assert outcomes[name].succeeded
            fired |= {index for index, _ in policy.fired}
        assert judge(outcomes) is None
        for index, receipt in enumerate(given["expected"]["receipts"]):
            found = ours.transactions[index]
            assert (found.status.value == "success") == (receipt["status"] == "0x1")
            if index not in fired:
                assert found.gas_used == number(receipt["gasUsed"])
                assert found.hash == number(receipt["transactionHash"])
