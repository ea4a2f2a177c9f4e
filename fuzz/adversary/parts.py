"""What scenes are made of: accounts, a little EVM code, transactions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from zkos.host.case import AccountState, Block, Case
from zkos.host.context import BlockContext
from zkos.host.signing import address_of_key
from zkos.host.transactions import FieldTransaction, Kind

KEY: Final = b"\x11" * 32
OTHER_KEY: Final = b"\x22" * 32
ETHER: Final = 10**18
PRICE: Final = 1000
CONTRACT: Final = 0xC0FFEE << 64
LIBRARY: Final = (1 << 128) + 7
HEIR: Final = 0xBEEF
STRANGER: Final = 0x5EED << 100
CROWD: Final = 9

STOP: Final = b"\x00"
POP: Final = b"\x50"
SLOAD: Final = b"\x54"
SSTORE: Final = b"\x55"
MLOAD: Final = b"\x51"
MSTORE: Final = b"\x52"


def push(number: int) -> bytes:
    """PUSH0 to PUSH32."""
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([0x5F + len(data)]) + data


def store(slot: int, value: int) -> bytes:
    """SSTORE of constants."""
    return push(value) + push(slot) + SSTORE


def keep(slot: int) -> bytes:
    """SSTORE of what is on the stack."""
    return push(slot) + SSTORE


def load(slot: int) -> bytes:
    """SLOAD of a constant slot, result dropped."""
    return push(slot) + SLOAD + POP


def call(address: int, gas: int = 100_000) -> bytes:
    """CALL without data or value, result dropped."""
    return push(0) * 5 + push(address) + push(gas) + b"\xf1" + POP


def ask(address: int, words: Sequence[int], gas: int = 100_000) -> bytes:
    """CALL with words of data; the first word it returns is left on the stack."""
    size = 32 * len(words)
    memory = b"".join(
        push(word) + push(32 * place) + MSTORE for place, word in enumerate(words)
    )
    sent = push(32) + push(size) + push(size) + push(0) + push(0)
    end = POP + push(size) + MLOAD
    return memory + sent + push(address) + push(gas) + b"\xf1" + end


def state(contracts: Sequence[AccountState]) -> tuple[AccountState, ...]:
    """Senders, contracts, and others that fill the tree."""
    senders = (
        AccountState(address_of_key(KEY), balance=ETHER),
        AccountState(address_of_key(OTHER_KEY), balance=ETHER, nonce=5),
    )
    crowd = tuple(
        AccountState(0x1000_0000 * number + 77, balance=number, nonce=number)
        for number in range(1, CROWD)
    )
    return (*senders, *contracts, *crowd)


def scene(
    contracts: Sequence[AccountState],
    transactions: Sequence[FieldTransaction],
    context: BlockContext = BlockContext(),  # noqa: B008 - frozen
) -> Case:
    """A block."""
    block = Block(context, tuple(transactions))
    return Case((block,), accounts=state(contracts))


def batch(
    contracts: Sequence[AccountState],
    blocks: Sequence[Sequence[FieldTransaction]],
    context: BlockContext = BlockContext(),  # noqa: B008 - frozen
) -> Case:
    """Blocks in a row, a minute apart, as one batch."""
    made = tuple(
        Block(
            replace(
                context,
                block_number=context.block_number + index,
                timestamp=context.timestamp + 60 * index,
            ),
            tuple(transactions),
        )
        for index, transactions in enumerate(blocks)
    )
    return Case(made, accounts=state(contracts), batch=True)


def send(to: int | None, **fields: object) -> FieldTransaction:
    """A transaction of the first sender, changed as the fields say."""
    plain = FieldTransaction(
        Kind.LEGACY, gas_limit=300_000, max_fee_per_gas=PRICE, to=to, private_key=KEY
    )
    return replace(plain, **fields)  # type: ignore[arg-type]
