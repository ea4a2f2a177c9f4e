"""What needs the state: accounts, storage, events and SELFDESTRUCT."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.halts import StipendReserved
from zkos.guest.evm.heap import copy_padded
from zkos.guest.evm.operands import saturate_u32
from zkos.guest.protocol.environment import EVM_ENVIRONMENT
from zkos.guest.protocol.evm_native import (
    NATIVE_BALANCE,
    NATIVE_COPY_OPCODE,
    NATIVE_EXTCODEHASH,
    NATIVE_EXTCODESIZE,
    NATIVE_LOG,
    NATIVE_SELFBALANCE,
    NATIVE_SELFDESTRUCT,
    NATIVE_SLOAD,
    NATIVE_SSTORE,
    NATIVE_STEP,
    NATIVE_TLOAD,
    NATIVE_TSTORE,
)
from zkos.guest.protocol.gas import (
    ERGS_LOW,
    ERGS_SELFDESTRUCT,
    ERGS_ZERO,
    GAS_CALL_STIPEND,
)
from zkos.guest.state.account import Account
from zkos.guest.system.calls import Exit
from zkos.lang.control import urange
from zkos.lang.ints import U32, U256, Address


def balance(frame: EvmFrame) -> None:
    """Replace an address with its ether, in wei."""
    account = top_account(frame, NATIVE_BALANCE)

    frame.set_top(account.balance)


def selfbalance(frame: EvmFrame) -> None:
    """Push the ether of the running account, which is in the cache."""
    frame.charge(ERGS_LOW, NATIVE_SELFBALANCE)

    account = frame.system.io.account(frame.common.address)

    frame.push(account.balance)


def extcodesize(frame: EvmFrame) -> None:
    """Replace an address with the length of its code in bytes."""
    account = top_account(frame, NATIVE_EXTCODESIZE)

    frame.set_top(U256(frame.system.io.code_length(account)))


def extcodehash(frame: EvmFrame) -> None:
    """Replace an address with the hash of its code, 0 if empty (EIP-1052)."""
    account = top_account(frame, NATIVE_EXTCODEHASH)

    frame.set_top(account.hash_for_extcodehash())


def extcodecopy(frame: EvmFrame) -> None:
    """Copy another account's code; on the stack: address, to, from, length."""
    frame.charge(ERGS_ZERO, NATIVE_STEP)

    address = Address.truncate(frame.pop())
    target = frame.pop()
    source = frame.pop()
    length = frame.pop_u32()

    start = frame.touch_range(target, length)
    io = frame.system.io
    account = io.read_account_with_code(EVM_ENVIRONMENT, frame.settle(), address)
    frame.charge_copy(ERGS_ZERO, NATIVE_COPY_OPCODE, length)
    memory = frame.memory.window(start, length)
    copy_padded(memory, io.code(account), saturate_u32(source))


def sload(frame: EvmFrame) -> None:
    """Replace a key with the value of that storage slot."""
    frame.charge(ERGS_ZERO, NATIVE_SLOAD)

    key = frame.top()

    value = frame.system.io.read_slot(
        EVM_ENVIRONMENT, frame.settle(), frame.common.address, key
    )
    frame.set_top(value)


def sstore(frame: EvmFrame) -> None:
    """Set a storage slot; on the stack: key, value."""
    frame.charge(ERGS_ZERO, NATIVE_SSTORE)
    frame.require_not_static()
    if frame.gas() <= GAS_CALL_STIPEND:
        raise StipendReserved

    key = frame.pop()
    value = frame.pop()

    frame.system.io.write_slot(
        EVM_ENVIRONMENT, frame.settle(), frame.common.address, key, value
    )


def tload(frame: EvmFrame) -> None:
    """Replace a key with the value of that transient slot (EIP-1153)."""
    frame.charge(ERGS_ZERO, NATIVE_TLOAD)

    key = frame.top()

    address = frame.common.address
    frame.set_top(frame.system.io.read_transient(frame.settle(), address, key))


def tstore(frame: EvmFrame) -> None:
    """Set a transient slot (EIP-1153); on the stack: key, value."""
    frame.charge(ERGS_ZERO, NATIVE_TSTORE)
    frame.require_not_static()

    key = frame.pop()
    value = frame.pop()

    address = frame.common.address
    frame.system.io.write_transient(frame.settle(), address, key, value)


def log_n(frame: EvmFrame, count: U32) -> None:
    """Emit an event; on the stack: offset, length, then `count` topics."""
    frame.charge(ERGS_ZERO, NATIVE_LOG)
    frame.require_not_static()

    lowest = frame.drop(count + 2)
    offset = frame.stack[lowest + count + 1]
    length = frame.u32_at(lowest + count)

    start = frame.touch_range(offset, length)
    topics = frame.topics
    topics.truncate(0)
    for index in urange(count):
        topics.append(frame.stack[lowest + count - 1 - index])
    frame.system.io.emit_event(
        EVM_ENVIRONMENT,
        frame.settle(),
        frame.common.address,
        topics,
        frame.memory.window(start, length),
    )


def selfdestruct(frame: EvmFrame) -> None:
    """Give all ether to an address and end the frame (EIP-6780)."""
    frame.charge(ERGS_SELFDESTRUCT, NATIVE_SELFDESTRUCT)
    frame.require_not_static()

    beneficiary = Address.truncate(frame.pop())

    common = frame.common
    frame.system.io.self_destruct(
        frame.settle(), common.address, beneficiary, common.under_construction
    )
    common.output = frame.heap.empty
    frame.stop(Exit.RETURNED)


def top_account(frame: EvmFrame, native: U32) -> Account:
    """Charge and read the account whose address is the top word."""
    frame.charge(ERGS_ZERO, native)

    address = Address.truncate(frame.top())

    return frame.system.io.read_account(EVM_ENVIRONMENT, frame.settle(), address)
