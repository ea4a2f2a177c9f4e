"""Cases as blockchain tests: EELS, which had no part in writing them, accepts them."""

import json

import pytest

from differential.importers.block_test import SYSTEM_CONTRACTS
from differential.importers.block_test_export import block_test_of
from differential.importers.fixtures import fixtures_of
from tests.cli.support import zkos_here
from tests.differential.ethereum_cases import (
    CONTRACT,
    OTHER,
    RICH,
    SENDER,
    SSTORE,
    AccountState,
    Kind,
    authorization,
    code,
    set_code,
    transaction,
)
from zkos.host.case import Block, Case
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node
from zkos.host.case_writer import save_case
from zkos.host.context import BlockContext

LOG1 = 0xA1
BODY = code((0, 7), SSTORE, (0, 32, 0x77), LOG1)
FAILING = 0xBAD


def made(*transactions, accounts=(), **context):
    """A block of transactions on a sender, a contract that logs, one that fails."""
    given = {"chain_id": 1, "block_number": 5, "timestamp": 90, "eip1559_basefee": 7}
    state = (
        AccountState(SENDER, balance=RICH),
        AccountState(CONTRACT, nonce=1, code=BODY, storage=((3, 9),)),
        AccountState(FAILING, nonce=1, code=b"\xfe"),
        *accounts,
    )
    block = Block(BlockContext(**{**given, **context}), transactions)
    return Case((block,), state)


def several():
    """A block with every kind of transaction that Ethereum has, and a failure."""
    return made(
        transaction(),
        transaction(nonce=1, to=FAILING),
        transaction(kind=Kind.EIP2930, nonce=2, access_list=()),
        transaction(kind=Kind.EIP1559, nonce=3, max_priority_fee_per_gas=1),
        set_code(
            authorization(CONTRACT, chain_id=1),
            nonce=4,
            max_priority_fee_per_gas=0,
            to=OTHER,
        ),
        transaction(nonce=5, to=None, data=code((0, 0), 0xF3)),
        transaction(nonce=6, to=0x1234, value=5),
    )


def accepted(test):
    """Have EELS check and run the block of a test; its InvalidBlock if it is wrong."""
    pytest.importorskip("ethereum")
    from ethereum.forks.prague import blocks, fork, state
    from ethereum.forks.prague.fork_types import Account, Address
    from ethereum_rlp import rlp
    from ethereum_types.bytes import Bytes, Bytes32
    from ethereum_types.numeric import U64, U256, Uint

    def data(text):
        return bytes.fromhex(text[2:])

    world = state.State()
    for name, account in test["pre"].items():
        address = Address(data(name))
        fields = (int(account["nonce"], 16), int(account["balance"], 16))
        nonce, balance = Uint(fields[0]), U256(fields[1])
        code = Bytes(data(account["code"]))
        state.set_account(world, address, Account(nonce, balance, code))
        for key, value in account["storage"].items():
            slot = Bytes32(int(key, 16).to_bytes(32, "big"))
            state.set_storage(world, address, slot, U256(int(value, 16)))
    genesis = rlp.decode_to(blocks.Block, data(test["genesisRLP"]))
    assert state.state_root(world) == genesis.header.state_root
    chain = fork.BlockChain([genesis], world, U64(int(test["config"]["chainid"], 16)))
    (told,) = test["blocks"]
    block = rlp.decode_to(blocks.Block, data(told["rlp"]))
    fork.state_transition(chain, block)
    assert fork.keccak256(rlp.encode(block.header)) == data(test["lastblockhash"])
    assert state.state_root(world) == data(test["postStateHash"])
    assert told["blockHeader"]["hash"] == test["lastblockhash"]
    return block


@pytest.mark.parametrize(
    "case",
    [
        made(),
        made(transaction()),
        several(),
        made(transaction(), gas_limit=5_000_000, coinbase=OTHER, mix_hash=77),
        made(transaction(), chain_id=270, block_number=1, timestamp=1),
    ],
    ids=["empty", "one", "several", "context", "first"],
)
def test_another_implementation_accepts_the_block(case):
    block = accepted(block_test_of(case))
    assert len(block.transactions) == len(case.blocks[0].transactions)


@pytest.mark.parametrize("field", ["stateRoot", "receiptTrie", "bloom", "gasUsed"])
def test_a_wrong_header_is_refused(field):
    pytest.importorskip("ethereum")
    from ethereum.exceptions import InvalidBlock
    from ethereum_rlp import rlp

    test = block_test_of(several())
    names = list(test["blocks"][0]["blockHeader"])
    content = rlp.decode(bytes.fromhex(test["blocks"][0]["rlp"][2:]))
    header = content[0]
    at = names.index(field)
    header[at] = bytes([header[at][0] ^ 1]) + header[at][1:]
    test["blocks"][0]["rlp"] = "0x" + rlp.encode(content).hex()
    with pytest.raises(InvalidBlock):
        accepted(test)


def test_what_was_written_is_read_as_the_same_block():
    case = several()
    content = {"mine": block_test_of(case)}
    (fixture,) = fixtures_of(Node("mine", "", content))
    (block,) = fixture.case.blocks
    assert len(block.transactions) == 7
    mine = case.blocks[0].context
    assert block.context.block_number == mine.block_number
    assert block.context.eip1559_basefee == mine.eip1559_basefee
    assert block.context.coinbase == mine.coinbase
    added = [a.address for a in fixture.case.accounts if a not in case.accounts]
    assert set(added) == set(SYSTEM_CONTRACTS[2:4])


@pytest.mark.native
def test_exported_from_the_command_line(tmp_path):
    path, out = tmp_path / "mine.json", tmp_path / "test file.json"
    save_case(several(), path)
    done = zkos_here("corpus", "export", path, out, "--block-test")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"zkos blocktest '{out}'\n"
    assert list(json.loads(out.read_text())) == ["mine"]
    done = zkos_here("blocktest", out, "-e", "native", "-e", "py_evm")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 same" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (made(transaction(nonce=9)), ["txs[0]", "Ethereum refuses it"]),
        (made(block_number=0), ["block.block_number", "at least 1"]),
        (made(timestamp=0), ["block.timestamp", "at least 1"]),
        (made(gas_limit=4999), ["block.gas_limit", "at least 5000"]),
        (made(block_hashes=(7,)), ["block.block_hashes", "its own blocks"]),
        (made(accounts=[AccountState(9, deployed_empty=True)]), ["deployed_empty"]),
        (
            made(accounts=[AccountState(SYSTEM_CONTRACTS[0], code=b"\1")]),
            ["outside of transactions"],
        ),
        (Case(made().blocks * 2, made().accounts), ["then", "several blocks"]),
        (Case(made().blocks, (), preimages=(b"x",)), ["accounts only"]),
        (made(transaction(kind=Kind.L1, sender=SENDER)), ["txs", "ABI"]),
    ],
)
def test_what_no_such_test_can_say(case, words):
    with pytest.raises(CaseError) as caught:
        block_test_of(case)
    for word in words:
        assert word in str(caught.value)
