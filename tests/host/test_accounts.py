"""Accounts and their code as they lie in the state."""

import pytest

from zkos.host.accounts import (
    DELEGATED,
    DEPLOYED_EVM,
    DEPLOYED_OLD,
    Account,
    jump_map,
    padded,
    stored_code,
)
from zkos.host.signing import keccak256
from zkos.host.state import ChainState
from zkos.host.tree import hash_bytes

NO_CODE_OBSERVED = keccak256(b"")


@pytest.mark.parametrize(
    ("code", "bits"),
    [
        ("", b""),
        ("5b", b"\1" + bytes(7)),
        ("005b", b"\2" + bytes(7)),
        ("605b5b", b"\4" + bytes(7)),
        ("7f" + "5b" * 32 + "5b", bytes(4) + b"\2" + bytes(3)),
        ("7f5b", bytes(8)),
        ("5f5b", b"\2" + bytes(7)),
        ("5b" * 65, b"\xff" * 8 + b"\1" + bytes(7)),
    ],
)
def test_jump_map_has_a_bit_for_each_destination(code, bits):
    assert jump_map(bytes.fromhex(code)) == bits


def test_stored_code_is_padded_and_mapped():
    assert stored_code(b"\x5b\x00") == b"\x5b" + bytes(7) + b"\1" + bytes(7)
    assert padded(bytes(8)) == bytes(8)


def test_contract_is_known_by_what_is_stored():
    account = Account.make(code=b"\x5b" * 13, deployed=True)
    assert account.versioning == DEPLOYED_EVM
    assert account.bytecode_hash == hash_bytes(stored_code(b"\x5b" * 13))
    assert (account.bytecode_length, account.artifacts_length) == (13, 8)
    assert account.stored_length == 24
    assert account.observable_hash == keccak256(b"\x5b" * 13)
    assert account.observable_length == 13


def test_old_contract_has_no_jump_map():
    account = Account.make(code=b"\x5b" * 13, deployed=True, old=True)
    assert account.versioning == DEPLOYED_OLD
    assert account.bytecode_hash == hash_bytes(b"\x5b" * 13 + bytes(3))
    assert (account.bytecode_length, account.artifacts_length) == (13, 0)


def test_empty_contract_is_deployed_all_the_same():
    account = Account.make(deployed=True)
    assert account.versioning == DEPLOYED_EVM
    assert account.bytecode_hash == hash_bytes(b"")
    assert account.observable_hash == NO_CODE_OBSERVED
    assert account.stored_length == 0


def test_delegation_is_23_bytes_and_one_zero():
    account = Account.delegating(1, 2, 0xC0DE)
    code = bytes.fromhex("ef0100") + (0xC0DE).to_bytes(20, "big")
    assert account.versioning == DELEGATED
    assert account.bytecode_hash == hash_bytes(code + b"\0")
    assert account.observable_hash == keccak256(code)
    assert (account.bytecode_length, account.observable_length) == (23, 23)
    assert account.artifacts_length == 0


def test_state_keeps_what_stands_behind_each_account():
    state = ChainState()
    state.set_account(1, code=b"\x5b\0")
    state.set_account(2, code=b"\x5b\0", old_code=True)
    state.set_account(3, delegate=1, nonce=7)
    for address in (1, 2, 3):
        account = state.account(address)
        stored = state.preimages.get(account.bytecode_hash)
        assert len(stored) == account.stored_length
    assert state.code(1) == state.code(2) == b"\x5b\0"
    assert state.account(3).nonce == 7
