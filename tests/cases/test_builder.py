"""The builder: nonces, names, blocks, and cases that run."""

import pytest

from differential.runners import cpython
from differential.runners.base import run_chain
from zkos.cases.accounts import address_of, created_by, key_of
from zkos.cases.builder import BALANCE, CaseBuilder, Delegation, word
from zkos.host.case import parse_case
from zkos.host.case_writer import case_to_json
from zkos.host.profile import Profile, RunOptions
from zkos.host.signing import address_of_key
from zkos.host.transactions import Kind

PLACE = 0x101
OPTIONS = RunOptions(Profile.REPLAY)


def statuses(case):
    outcomes = run_chain(cpython.run_block, case, OPTIONS)
    return [[item.status.value for item in each.transactions] for each in outcomes]


def test_names_have_keys_of_their_own():
    assert address_of("alice") == address_of_key(key_of("alice"))
    assert address_of("alice") != address_of("bob")


def test_creation_address_is_that_of_create():
    # The example of the yellow paper's rule that go-ethereum tests with.
    sender = 0x970E8128AB834E8EAC17AB8E3812F010678CF791
    assert created_by(sender, 0) == 0x333C3310824B7C685133F2BEDB2CA4B8B4DF633D
    assert created_by(sender, 1) == 0x8BDA78331C916A08481428E4B07C96D3E916D165


def test_nonces_are_counted_by_sender():
    builder = CaseBuilder()
    sent = [builder.call(name, PLACE) for name in ("alice", "bob", "alice")]
    sent.append(builder.call("alice", PLACE, nonce=9))
    sent.append(builder.call("alice", PLACE))
    assert [item.nonce for item in sent] == [0, 0, 1, 9, 10]


def test_senders_have_money_unless_something_is_said():
    builder = CaseBuilder()
    builder.account("bob", 5)
    builder.call("alice", PLACE)
    builder.call("bob", PLACE)
    accounts = {item.address: item.balance for item in builder.build().accounts}
    assert accounts == {address_of("alice"): BALANCE, address_of("bob"): 5}


def test_given_key_is_the_account_s():
    key = word(7)
    builder = CaseBuilder()
    address = builder.account("alice", private_key=key)
    assert address == builder.address("alice") == address_of_key(key)
    assert builder.call("alice", PLACE).private_key == key


def test_own_delegation_comes_after_the_transaction():
    builder = CaseBuilder()
    sent = builder.delegate("alice", [("bob", PLACE), ("alice", PLACE)])
    assert sent.nonce == 0
    assert [item.nonce for item in sent.authorization_list] == [0, 1]
    assert builder.call("alice", PLACE).nonce == 2
    assert builder.call("bob", PLACE).nonce == 1


def test_next_block_is_a_second_later():
    builder = CaseBuilder(timestamp=100)
    builder.block()
    builder.block(timestamp=500, gas_limit=1000)
    contexts = [block.context for block in builder.build().blocks]
    assert [item.block_number for item in contexts] == [1, 2, 3]
    assert [item.timestamp for item in contexts] == [100, 101, 500]
    assert [item.gas_limit for item in contexts[1:]] == [contexts[0].gas_limit, 1000]


@pytest.mark.cpython
def test_everything_that_can_be_built_runs():
    builder = CaseBuilder()
    code = "PUSH0 CALLDATALOAD PUSH0 SSTORE"
    store = builder.contract(PLACE, code, storage={1: 2})
    made = builder.deploy("alice", b"", value=3)
    builder.call("alice", store, word(42), kind=Kind.LEGACY)
    builder.delegate("carol", [Delegation("bob", store)], to="bob", data=word(1))
    builder.block()
    builder.call("bob", made)
    builder.from_l1(0xC0FFEE, "dave", value=5)
    case = builder.build()

    assert parse_case(case_to_json(case), "case") == case
    assert statuses(case) == [["success"] * 3, ["success"] * 2]
