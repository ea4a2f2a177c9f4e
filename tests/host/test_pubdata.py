"""Pubdata read back."""

import pytest

from differential.runners.base import state_of_case
from tests.host.published_transfer import CASE, PUBDATA, TOUCHED
from zkos.host.accounts import (
    DELEGATED,
    DEPLOYED_EVM,
    Account,
    delegation,
    padded,
    stored_code,
)
from zkos.host.case import parse_case
from zkos.host.pubdata import PubdataError, read_batch, read_pubdata, timestamp_of
from zkos.host.signing import keccak256
from zkos.host.state import ACCOUNTS, ChainState, Slot
from zkos.host.tree import hash_bytes

PLACE = Slot(0xC0DE, 5)
OWNER = Slot(ACCOUNTS, 0xAA)
SLOTS = {slot.flat_key(): slot for slot in (PLACE, OWNER)}
CODE = bytes.fromhex("5b605b5b00")


def pubdata(*diffs, logs=(), messages=()):
    return b"".join(
        (
            b"\1" + b"\xbb" * 32 + (42).to_bytes(8, "big"),
            len(diffs).to_bytes(4, "big"),
            *(slot.flat_key() + encoded for slot, encoded in diffs),
            len(logs).to_bytes(4, "big"),
            *logs,
            len(messages).to_bytes(4, "big"),
            *(len(text).to_bytes(4, "big") + text for text in messages),
        )
    )


def read(*diffs, state=None, **more):
    return read_pubdata(pubdata(*diffs, **more), state or ChainState(), SLOTS)


def test_published_block_is_read():
    state = state_of_case(parse_case(CASE, "transfer"))
    read = read_pubdata(PUBDATA, state, TOUCHED)
    balances = {
        address: (old.balance, new.balance) for address, old, new in read.accounts
    }
    sender = int("1a642f0e3c3af545e7acbd38b07251b3990914f1", 16)
    assert balances == {
        0: (0, 21000000),
        sender: (10**18, 999999999978999900),
        int("42" * 20, 16): (0, 100),
    }
    assert read.timestamp == timestamp_of(PUBDATA) == 42
    assert (read.logs, read.messages) == ((), ())


@pytest.mark.parametrize(
    ("encoded", "initial", "value"),
    [
        (b"\0" + b"\xff" * 32, 1, 2**256 - 1),
        (b"\x01", 7, 7),
        (b"\x11\x01\x00", 7, 263),
        (b"\x0a\x07", 7, 0),
        (b"\x03", 7, 0),
        (b"\x13\x12\x34", 2**255, 0x1234),
        (b"\x09\x01", 2**256 - 1, 0),
    ],
)
def test_values_are_differences(encoded, initial, value):
    state = ChainState()
    state.set_slot(*PLACE, initial)
    (diff,) = read((PLACE, encoded), state=state).diffs
    assert diff == (PLACE, value)


@pytest.mark.parametrize(
    ("encoded", "nonce", "balance"),
    [
        (b"\x0c\x09\x01", 4, 10),
        (b"\x14\x0a\x04", 3, 6),
        (b"\x1c\x09\x02\x03", 5, 0),
    ],
)
def test_nonce_and_balance_change_alone(encoded, nonce, balance):
    state = ChainState()
    state.set_account(0xAA, balance=10, nonce=3, code=CODE)
    ((address, old, new),) = read((OWNER, encoded), state=state).accounts
    assert (address, old) == (0xAA, state.account(0xAA))
    assert new == old._replace(nonce=nonce, balance=balance)


def full(versioning, length, artifacts, stored, observable):
    return b"".join(
        (
            b"\4" + versioning.to_bytes(8, "big") + b"\x09\x01\x01",
            length.to_bytes(4, "big") + artifacts.to_bytes(4, "big"),
            stored + observable.to_bytes(4, "big"),
        )
    )


def test_deployed_code_is_published():
    encoded = full(DEPLOYED_EVM, 5, 8, stored_code(CODE), 5)
    made = read((OWNER, encoded))
    ((_, _, account),) = made.accounts
    assert account == Account.make(nonce=1, code=CODE, deployed=True)
    assert made.preimages == (stored_code(CODE), account.encode())
    digest = int.from_bytes(hash_bytes(account.encode()), "big")
    assert made.diffs == ((OWNER, digest),)


def test_delegation_and_its_end_are_published():
    code = delegation(0xC0DE)
    ((_, _, account),) = read(
        (OWNER, full(DELEGATED, 23, 0, padded(code), 23))
    ).accounts
    assert account == Account.delegating(0, 1, 0xC0DE)
    state = ChainState()
    state.set_account(0xAA, delegate=0xC0DE)
    ((_, _, ended),) = read((OWNER, full(0, 0, 0, b"", 0)), state=state).accounts
    assert ended == Account(nonce=1)


def test_forced_deployment_is_known_by_its_hash():
    state = ChainState()
    state.preimages.add(CODE)
    made = Account.make(code=CODE, deployed=True)
    encoded = b"\x24" + DEPLOYED_EVM.to_bytes(8, "big") + b"\1\1" + made.bytecode_hash
    ((_, _, account),) = read(
        (OWNER, encoded + (5).to_bytes(4, "big")), state=state
    ).accounts
    assert account == made
    assert account.observable_hash == keccak256(CODE)
    with pytest.raises(PubdataError, match="no code is known"):
        read((OWNER, encoded + (3).to_bytes(4, "big")), state=state)


def test_logs_and_messages_are_read():
    log = b"\0\1\0\7" + (0x8008).to_bytes(20, "big") + b"\1" * 32 + b"\2" * 32
    made = read(logs=[log], messages=[b"hello", b""])
    assert [line.encode() for line in made.logs] == [log]
    assert made.messages == (b"hello", b"")


def test_batch_is_read_on_states_that_follow():
    data = pubdata((PLACE, b"\x09\x01")) + pubdata((PLACE, b"\x09\x01"))
    blocks = read_batch(data, ChainState(), SLOTS)
    assert [block.diffs[0].current for block in blocks] == [1, 2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ends early"),
        (b"\3" + bytes(60), "format 3"),
        (pubdata() + b"\0", "1 bytes follow"),
        (pubdata()[:-1], "ends early"),
        (pubdata((PLACE, b"\x04")), "no number is encoded by 0x04"),
        (pubdata((PLACE, b"\x08")), "no number is encoded by 0x08"),
        (pubdata((OWNER, b"\x09\1")), "no account is encoded by 0x09"),
        (pubdata((OWNER, b"\x2c")), "no account is encoded by 0x2c"),
        (pubdata((Slot(1, 1), b"\1")), "nobody knows what slot"),
        (pubdata(logs=[b"\1" * 88]), "not from a service"),
    ],
)
def test_other_bytes_are_refused(data, reason):
    with pytest.raises(PubdataError, match=reason):
        read_pubdata(data, ChainState(), SLOTS)
