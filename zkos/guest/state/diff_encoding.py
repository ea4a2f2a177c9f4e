"""Encodings of differences: values and accounts in the pubdata (state spec 3).

One source for the bytes that are published and for the lengths that are paid for
(bootloader spec 9). They agree but for code that is published by its hash: four bytes
more are paid for.
"""

from typing import Final

from zkos.guest.protocol.pubdata import CODE_IS_PUBLISHED_PLAIN
from zkos.guest.state.account import Account, Properties
from zkos.lang.ints import U8, U32, U256
from zkos.lang.memory import ByteView

LONGEST_VALUE_BYTES: Final = U32(33)
NOTHING_LENGTH: Final = U32(33)
LONGEST_SHORT_BYTES: Final = U32(31)
"""Payload of the types other than `NOTHING`."""
HASH_BYTES: Final = U32(32)

NOTHING: Final = U32(0)
ADD: Final = U32(1)
SUB: Final = U32(2)
TRANSFORM: Final = U32(3)

ACCOUNT_FULL: Final = U8(0x04)
ACCOUNT_FULL_BY_HASH: Final = U8(0x24)
ACCOUNT_NONCE: Final = U8(0x0C)
ACCOUNT_BALANCE: Final = U8(0x14)
ACCOUNT_NONCE_AND_BALANCE: Final = U8(0x1C)
TYPE_BYTES: Final = U32(1)
VERSIONING_BYTES: Final = U32(8)
LENGTH_BYTES: Final = U32(4)
CODE_START_BYTES: Final = U32(8)
"""The lengths of code and artifacts."""
BY_HASH_PAID_BYTES: Final = HASH_BYTES + LENGTH_BYTES
"""Of the code: hash and the length of its artifacts, which is not written."""


def byte_length(value: U256) -> U32:
    """Bytes of the shortest big-endian spelling; 0 for 0."""
    return (value.bit_length() + 7) >> 3


def choose(initial: U256, final: U256) -> tuple[U32, U256, U32]:
    """The shortest encoding: its type, payload and payload length in bytes.

    Earlier types win ties, in the order nothing, add, sub, transform.
    """
    kind = ADD
    payload, is_lower = final.overflowing_sub(initial)
    if is_lower:
        kind = SUB
        payload = U256(0).wrapping_sub(payload)
    length = byte_length(payload)
    if length > LONGEST_SHORT_BYTES:
        kind = NOTHING
        payload = final
        length = HASH_BYTES

    final_length = byte_length(final)
    if final_length < length:
        return TRANSFORM, final, final_length
    return kind, payload, length


def encoded_length(initial: U256, final: U256) -> U32:
    """Bytes that `encode` writes."""
    _kind, _payload, length = choose(initial, final)
    return length + 1


def encode(initial: U256, final: U256, out: ByteView) -> U32:
    """Write the shortest encoding; its length in bytes.

    `out` has room for 33 bytes; what follows the encoding is overwritten.
    """
    kind, payload, length = choose(initial, final)
    head = kind if kind == NOTHING else (length << 3) | kind
    out[0] = U8(head)
    if length != 0:
        out.store_u256_be(1, payload << ((HASH_BYTES - length) << 3))
    return length + 1


def account_paid_length(before: Properties, account: Account) -> U32:
    """Bytes a transaction pays for its change of the account since `before`.

    The account has changed. The key is not counted.
    """
    length = TYPE_BYTES
    everything = account.code_changed_since(before)
    if everything:
        code = BY_HASH_PAID_BYTES
        if not account.not_publish:
            code = CODE_START_BYTES + account.stored_length()
            if CODE_IS_PUBLISHED_PLAIN:
                code = LENGTH_BYTES + account.code_length
        length = length + VERSIONING_BYTES + code + LENGTH_BYTES
    if everything or account.nonce != before.nonce:
        length = length + encoded_length(U256(before.nonce), U256(account.nonce))
    if everything or account.balance != before.balance:
        length = length + encoded_length(before.balance, account.balance)
    return length


def account_room(account: Account) -> U32:
    """Bytes that `encode_account` may write or overwrite."""
    room = TYPE_BYTES + (LONGEST_VALUE_BYTES << 1)
    if account.code_changed_since(account.initial):
        code = HASH_BYTES if account.not_publish else account.stored_length()
        room = room + VERSIONING_BYTES + CODE_START_BYTES + code + LENGTH_BYTES
    return room


def encode_account(account: Account, stored: ByteView, out: ByteView) -> U32:
    """Write the difference since the start of the block; its length in bytes.

    `stored` is the stored code, unused if it is not published. `out` is as long as
    `account_room` says. The account has changed.
    """
    initial = account.initial
    if account.code_changed_since(initial):
        return encode_full_account(account, stored, out)

    nonce_changed = account.nonce != initial.nonce
    balance_changed = account.balance != initial.balance
    kind = ACCOUNT_BALANCE
    if nonce_changed:
        kind = ACCOUNT_NONCE_AND_BALANCE if balance_changed else ACCOUNT_NONCE
    out[0] = kind
    end = U32(1)
    if nonce_changed:
        room = out.window(end, LONGEST_VALUE_BYTES)
        end = end + encode(U256(initial.nonce), U256(account.nonce), room)
    if balance_changed:
        room = out.window(end, LONGEST_VALUE_BYTES)
        end = end + encode(initial.balance, account.balance, room)
    return end


def encode_full_account(account: Account, stored: ByteView, out: ByteView) -> U32:
    """Write all properties of an account whose code changed; the length in bytes."""
    initial = account.initial
    out[0] = ACCOUNT_FULL_BY_HASH if account.not_publish else ACCOUNT_FULL
    out.store_u64_be(1, account.versioning)
    end = U32(9)
    room = out.window(end, LONGEST_VALUE_BYTES)
    end = end + encode(U256(initial.nonce), U256(account.nonce), room)
    room = out.window(end, LONGEST_VALUE_BYTES)
    end = end + encode(initial.balance, account.balance, room)
    if account.not_publish:
        out.store_u256_be(end, account.bytecode_hash)
        end = end + HASH_BYTES
    elif CODE_IS_PUBLISHED_PLAIN:
        length = account.code_length
        out.store_u32_be(end, length)
        end = end + LENGTH_BYTES
        if length != 0:
            out.window(end, length).copy_from(stored.window(0, length))
        end = end + length
    else:
        length = account.stored_length()
        out.store_u32_be(end, account.code_length)
        out.store_u32_be(end + 4, account.artifacts_length)
        end = end + CODE_START_BYTES
        out.window(end, length).copy_from(stored.window(0, length))
        end = end + length
    out.store_u32_be(end, account.observable_length)
    return end + LENGTH_BYTES
