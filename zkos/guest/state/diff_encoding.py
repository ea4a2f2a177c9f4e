"""Encodings of differences: values and accounts in the pubdata (state spec 4.1, 4.2).

One source for the bytes that are published and for the lengths that are paid for.
"""

from typing import Final

from zkos.guest.state.account import Account
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
FULL_FIXED_BYTES: Final = U32(17)
"""Type, versioning, artifacts length and observable length."""
CODE_LENGTH_BYTES: Final = U32(4)


def byte_length(value: U256) -> U32:
    """Bytes of the shortest big-endian spelling; 0 for 0."""
    return (value.bit_length() + 7) >> 3


def choose(initial: U256, final: U256) -> tuple[U32, U256, U32]:
    """The shortest encoding: its type, payload and payload length in bytes.

    Earlier types win ties, in the order nothing, add, sub, transform.
    """
    kind = ADD
    difference = final.wrapping_sub(initial)
    if final < initial:
        kind = SUB
        difference = initial.wrapping_sub(final)
    payload = difference
    length = byte_length(difference)
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


def account_encoded_length(account: Account) -> U32:
    """Bytes of the difference since the start of the block; 0 if nothing changed."""
    initial = account.initial
    nonce = encoded_length(U256(initial.nonce), U256(account.nonce))
    balance = encoded_length(initial.balance, account.balance)
    if account.code_changed():
        code = HASH_BYTES
        if not account.not_publish:
            code = CODE_LENGTH_BYTES + account.bytecode_length
        return FULL_FIXED_BYTES + nonce + balance + code

    length = U32(0)
    if account.nonce != initial.nonce:
        length = length + nonce
    if account.balance != initial.balance:
        length = length + balance
    return length if length == 0 else length + 1


def encode_account(account: Account, code: ByteView, out: ByteView) -> U32:
    """Write the difference since the start of the block; its length in bytes.

    `code` is the published code, unused if it is not published. `out` has room for
    32 bytes more than the encoding, which are overwritten. The account has changed.
    """
    initial = account.initial
    nonce_before = U256(initial.nonce)
    nonce = U256(account.nonce)
    nonce_changed = account.nonce != initial.nonce
    balance_changed = account.balance != initial.balance
    if account.code_changed():
        return encode_full_account(account, code, out)

    kind = ACCOUNT_BALANCE
    if nonce_changed:
        kind = ACCOUNT_NONCE_AND_BALANCE if balance_changed else ACCOUNT_NONCE
    out[0] = kind
    end = U32(1)
    if nonce_changed:
        end = end + encode(nonce_before, nonce, out.window(end, LONGEST_VALUE_BYTES))
    if balance_changed:
        room = out.window(end, LONGEST_VALUE_BYTES)
        end = end + encode(initial.balance, account.balance, room)
    return end


def encode_full_account(account: Account, code: ByteView, out: ByteView) -> U32:
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
    else:
        length = account.bytecode_length
        out.store_u32_be(end, length)
        end = end + CODE_LENGTH_BYTES
        out.window(end, length).copy_from(code.window(0, length))
        end = end + length
    out.store_u32_be(end, account.artifacts_length)
    out.store_u32_be(end + 4, account.observable_length)
    return end + 8
