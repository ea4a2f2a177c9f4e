"""Which ends of a block are no findings, and nothing more."""

from dataclasses import replace

import pytest

from differential.runners import native
from fuzz.strategies.decrees import CODES, DEPLOYER, SET_BYTECODE_DETAILS
from fuzz.targets.block_engines import BlockEngine
from fuzz.targets.block_features import declared_abort
from fuzz.targets.blocks import BlockTarget
from zkos.host.case import AccountState, Block, Case, parse_case
from zkos.host.channel import QUERY_IDS
from zkos.host.context import MAX_BLOCK_GAS_LIMIT, BlockContext
from zkos.host.profile import Quirks
from zkos.host.signing import keccak256
from zkos.host.transactions import FieldTransaction, Kind
from zkos.host.tree import hash_bytes

UNREADABLE = "zkos/guest/state/preimages.py:70: preimage does not match its hash"
FATAL = "zkos/guest/blocks/loop.py:124: a transaction ends the block"
LENGTH = "zkos/guest/system/oracle.py:74: unexpected length of an answer"
TREE = "zkos/guest/models/flat/tree.py:266: the proofs lead to another root"
CONTEXT = BlockContext()
ENGINE = BlockEngine("native", native.run_guest)
GOVERNANCE = 0x800F


def declared(reason, asked=(), quirks=Quirks.NONE, decreed=(), context=CONTEXT):
    return declared_abort(reason, context, asked, quirks, decreed)


def decree(code, length):
    """An upgrade that puts known code of this length at an address."""
    words = (0xDEAD, hash_bytes(code), length, keccak256(code))
    data = SET_BYTECODE_DETAILS + b"".join(
        word.to_bytes(32, "big") if isinstance(word, int) else word for word in words
    )
    work = FieldTransaction(
        Kind.UPGRADE, 500_000, 0, to=DEPLOYER, data=data, sender=GOVERNANCE
    )
    return Case((Block(CONTEXT, (work,)),), preimages=CODES)


def test_only_code_that_was_decreed_may_be_unreadable():
    asked = [(QUERY_IDS["preimage"], hash_bytes(CODES[0]))]
    assert declared(UNREADABLE, asked, decreed=CODES)
    assert not declared(UNREADABLE, asked, decreed=CODES[1:])
    assert not declared(UNREADABLE, [*asked, (QUERY_IDS["proof_data"], b"")], (), CODES)
    assert not declared(UNREADABLE, decreed=CODES)


def test_transactions_end_blocks_upstream_only():
    assert declared(FATAL, quirks=Quirks.UPSTREAM)
    assert not declared(FATAL, decreed=CODES)


@pytest.mark.parametrize("reason", [LENGTH, TREE])
@pytest.mark.parametrize("quirks", Quirks)
def test_other_ends_are_findings(reason, quirks):
    assert not declared(reason, quirks=quirks, decreed=CODES)


@pytest.mark.native
@pytest.mark.parametrize(
    "context",
    [
        replace(CONTEXT, gas_limit=MAX_BLOCK_GAS_LIMIT + 1),
        replace(CONTEXT, last_block_timestamp=CONTEXT.timestamp + 1),
        replace(CONTEXT, eip1559_basefee=1 << 64),
    ],
    ids=["gas limit", "timestamp", "base fee"],
)
def test_metadata_that_no_block_has_ends_it(context):
    seen = BlockTarget("odd", [ENGINE]).run(Case((Block(context),)))
    assert (seen.problem, seen.rejected) == (None, 1)


@pytest.mark.native
def test_decree_of_another_length_ends_the_block():
    code = CODES[0]
    target = BlockTarget("decree", [ENGINE])
    good = target.run(decree(code, len(code)))
    assert (good.problem, good.included) == (None, 1)
    bad = target.run(decree(code, len(code) - 1))
    assert (bad.problem, bad.included, bad.rejected) == (None, 0, 1)
    account = AccountState(0xDEAD, code=code)
    wrong = replace(decree(code, 9), accounts=(account,))
    assert target.run(wrong).problem is None


@pytest.mark.native
def test_host_that_lies_may_be_refused():
    lie = {"answer": 0, "word": 0, "value": 1}
    liar = parse_case({"block": {}, "oracle": [lie]}, "case")
    assert BlockTarget("lies", [ENGINE]).run(liar).problem is None
