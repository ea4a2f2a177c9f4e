"""A case for each planted fault: what triggers it, in a crowd of what does not."""

from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext
from zkos.host.signing import address_of_key
from zkos.host.transactions import AccessListEntry, FieldTransaction, Kind

KEY = bytes([1]) * 32
OTHER_KEY = bytes([2]) * 32
TARGET = 0xC0DE
INNER = 0xC0DE2
CROWD = 0xC20D
PATTERN = int.from_bytes(bytes(range(0xA0, 0xC0)), "big")

ADD, KECCAK, POP, MSTORE, SSTORE = "01", "20", "50", "52", "55"
SLOAD, JUMPI, JUMPDEST = "54", "57", "5b"


def push(number):
    if number == 0:
        return "5f"
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return f"{0x5F + len(data):02x}{data.hex()}"


def store(slot):
    """Store the top word."""
    return push(slot) + SSTORE


def call(address, value=0):
    zeros = push(0) * 4
    return zeros + push(value) + push(address) + push(200_000) + "f1" + POP


BEFORE = (
    push(0x1234) + push(0x4321) + ADD + push(0) + MSTORE
    + push(32) + push(0) + KECCAK + store(0x50)
    + push(0x50) + SLOAD + POP
)  # fmt: skip
AFTER = push(0x99) + store(0x51) + push(5) + push(6) + ADD + POP + "00"
REVERTS = push(7) + store(5) + push(0) + push(0) + "fd"
TRIGGERS = {
    "multiplication costs one gas more": push(7) + push(9) + "02" + store(1),
    "arithmetic shift is logical": push(2**256 - 1000) + push(2) + "1d" + store(2),
    "a revert keeps storage": call(INNER),
    "pubdata calls a decrease an increase": push(99_999) + store(3),
    "transient storage outlives its transaction": (
        push(0) + "5c" + store(4) + push(1) + push(0) + "5d"
    ),
    "a copy in memory is one byte short": (
        push(PATTERN) + push(0) + MSTORE
        + push(32) + push(0) + push(32) + "5e"
        + push(32) + "51" + store(6)
    ),
    "topics are in reverse order": push(2) + push(1) + push(0) + push(0) + "a2",
    "an access list warms a neighbour": push(8) + SLOAD + POP,
    "a contract starts with nonce 0": (
        push(0x60015FF3) + push(0) + MSTORE
        + push(4) + push(28) + push(0) + "f0" + POP
    ),
    "a credit loses a wei": "",
}  # fmt: skip
"""Code in the middle of the target's, by fault."""


def crowded(trigger, *, runs=1):
    """The trigger in a contract among other code, state and transactions."""
    return Case(
        blocks=(Block(BlockContext(timestamp=1000, coinbase=0xFEE), _mix(runs)),),
        accounts=(
            AccountState(address_of_key(KEY), balance=10**18),
            AccountState(address_of_key(OTHER_KEY), balance=10**18),
            AccountState(CROWD, code=bytes.fromhex(BEFORE + AFTER), balance=5),
            AccountState(
                TARGET,
                code=bytes.fromhex(BEFORE + trigger + AFTER),
                balance=10**6,
                storage=((3, 100_000), (0x51, 1), (0x77, 2**200)),
            ),
            AccountState(INNER, code=bytes.fromhex(BEFORE + REVERTS)),
            *(AccountState(0xE000 + n, balance=n, nonce=n) for n in range(1, 8)),
        ),
    )


def _mix(runs):
    def transaction(nonce, to, key=KEY, **more):
        return FieldTransaction(
            kind=Kind.EIP2930,
            gas_limit=900_000,
            max_fee_per_gas=2000,
            nonce=nonce,
            to=to,
            private_key=key,
            **more,
        )

    entries = (AccessListEntry(0xE001, (1, 2)), AccessListEntry(TARGET, (8, 0x60)))
    triggers = [
        transaction(2 + n, TARGET, value=23, data=bytes(40), access_list=entries)
        for n in range(runs)
    ]
    return (
        transaction(0, CROWD),
        transaction(0, 0xE003, OTHER_KEY, value=16),
        transaction(1, CROWD, data=b"\x01\x02"),
        *triggers,
        transaction(2 + runs, CROWD),
        transaction(1, 0xE004, OTHER_KEY, value=8),
    )
