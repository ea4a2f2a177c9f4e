"""Calls and creations: they fill the frame's request and leave the loop.

The runner does the rest (system spec 4, EVM spec 4); `call_reply` and `create_reply`
take in what came of it.
"""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.halts import (
    InitcodeTooLong,
    OperandTooLarge,
    StaticViolation,
)
from zkos.guest.evm.operands import fits_u32, saturate_u64, word_of, words
from zkos.guest.protocol.evm_native import (
    NATIVE_CALL,
    NATIVE_COPY,
    NATIVE_CREATE,
    REPLIES_ARE_PAID,
    bytes_native,
)
from zkos.guest.protocol.gas import (
    ERGS_CREATE,
    ERGS_CREATE2_WORD,
    ERGS_INITCODE_WORD,
    ERGS_ZERO,
)
from zkos.guest.protocol.limits import INITCODE_BYTES
from zkos.guest.system.calls import Exit, Scheme
from zkos.lang.ints import U64, U256, Address


def call(frame: EvmFrame) -> None:
    """Call an account with ether; on the stack: gas, to, value, input, output."""
    frame.charge(ERGS_ZERO, NATIVE_CALL)

    gas = saturate_u64(frame.pop())
    callee = Address.truncate(frame.pop())
    value = frame.pop()
    if frame.common.static and value != 0:
        raise StaticViolation

    request_call(frame, Scheme.CALL, gas, callee, value)


def callcode(frame: EvmFrame) -> None:
    """Run an account's code as the running account, sending ether to itself."""
    frame.charge(ERGS_ZERO, NATIVE_CALL)

    gas = saturate_u64(frame.pop())
    callee = Address.truncate(frame.pop())
    value = frame.pop()

    request_call(frame, Scheme.CALLCODE, gas, callee, value)


def delegatecall(frame: EvmFrame) -> None:
    """Run an account's code as the running account for its caller (EIP-7)."""
    frame.charge(ERGS_ZERO, NATIVE_CALL)

    gas = saturate_u64(frame.pop())
    callee = Address.truncate(frame.pop())

    request_call(frame, Scheme.DELEGATE, gas, callee, frame.common.value)


def staticcall(frame: EvmFrame) -> None:
    """Call an account that may not change the state (EIP-214)."""
    frame.charge(ERGS_ZERO, NATIVE_CALL)

    gas = saturate_u64(frame.pop())
    callee = Address.truncate(frame.pop())

    request_call(frame, Scheme.STATIC, gas, callee, U256(0))


def request_call(
    frame: EvmFrame, scheme: Scheme, gas: U64, callee: Address, value: U256
) -> None:
    """Pop the ranges for input and output and ask for the call."""
    input_offset = frame.pop()
    input_length = frame.pop_u32()
    output_offset = frame.pop()
    output_length = frame.pop_u32()
    if output_length != 0 and not fits_u32(output_offset):
        raise OperandTooLarge

    input_start = frame.touch_range(input_offset, input_length)
    frame.reply_start = frame.touch_range(output_offset, output_length)
    frame.reply_length = output_length
    request = frame.common.request
    request.scheme = scheme
    request.callee = callee
    request.value = value
    request.input = frame.memory.window(input_start, input_length)
    request.gas = gas
    frame.stop(Exit.CALL)


def create(frame: EvmFrame) -> None:
    """Create an account at an address from the nonce; on the stack: value, initcode."""
    request_creation(frame, ERGS_INITCODE_WORD, False)


def create2(frame: EvmFrame) -> None:
    """The same at an address from a salt, below the initcode (EIP-1014)."""
    request_creation(frame, ERGS_CREATE2_WORD, True)


def request_creation(frame: EvmFrame, ergs_word: U64, has_salt: bool) -> None:
    """Ask for a creation that also costs `ergs_word` a word of initcode."""
    frame.charge(ERGS_CREATE, NATIVE_CREATE)
    frame.require_not_static()

    value = frame.pop()
    offset = frame.pop()
    length = frame.pop_u32()

    start = frame.touch_range(offset, length)
    if length > INITCODE_BYTES:
        raise InitcodeTooLong
    frame.charge_wide(ergs_word * words(length), U64(0))
    request = frame.common.request
    request.salt = frame.pop() if has_salt else U256(0)
    request.has_salt = has_salt
    request.value = value
    request.input = frame.memory.window(start, length)
    frame.stop(Exit.CREATE)


def call_reply(frame: EvmFrame) -> None:
    """Push whether the call succeeded and copy its return data to memory."""
    common = frame.common
    data = common.child_output

    frame.return_data = data
    frame.push(word_of(common.child_success))

    length = frame.reply_length
    if data.length() < length:
        length = data.length()
    if length != 0:
        if REPLIES_ARE_PAID:
            frame.charge_wide(U64(0), NATIVE_COPY + bytes_native(length))
        target = frame.memory.window(frame.reply_start, length)
        target.copy_from(data.window(0, length))


def create_reply(frame: EvmFrame) -> None:
    """Push the address created, or 0; only a failure leaves return data."""
    common = frame.common
    if common.child_success:
        frame.return_data = frame.heap.empty
        frame.push(U256(common.child_address))
    else:
        frame.return_data = common.child_output
        frame.push(U256(0))
