"""What the block and the transaction are."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.operands import bits_above_u64
from zkos.guest.protocol.evm_native import (
    NATIVE_BLOCK_FIELD,
    NATIVE_BLOCK_NUMBER,
    NATIVE_BLOCKHASH,
    NATIVE_GASPRICE,
    NATIVE_ORIGIN,
    NATIVE_PREVRANDAO,
)
from zkos.guest.protocol.gas import ERGS_BASE, ERGS_BLOCKHASH
from zkos.lang.ints import U64, U256


def origin(frame: EvmFrame) -> None:
    """Push the sender of the transaction."""
    frame.charge(ERGS_BASE, NATIVE_ORIGIN)

    frame.push(U256(frame.system.origin))


def gasprice(frame: EvmFrame) -> None:
    """Push the price the transaction pays a gas, in wei."""
    frame.charge(ERGS_BASE, NATIVE_GASPRICE)

    frame.push(frame.system.gas_price)


def blockhash(frame: EvmFrame) -> None:
    """Replace a block number with its hash if it is one of the 256 latest, else 0."""
    frame.charge(ERGS_BLOCKHASH, NATIVE_BLOCKHASH)

    number = frame.top()

    if bits_above_u64(number) == 0:
        frame.set_top(frame.system.metadata.block_hash(U64.truncate(number)))
    else:
        frame.set_top(U256(0))


def coinbase(frame: EvmFrame) -> None:
    """Push the address fees go to."""
    frame.charge(ERGS_BASE, NATIVE_BLOCK_FIELD)

    frame.push(U256(frame.system.metadata.coinbase))


def timestamp(frame: EvmFrame) -> None:
    """Push the time of the block in seconds."""
    frame.charge(ERGS_BASE, NATIVE_BLOCK_NUMBER)

    frame.push(U256(frame.system.metadata.timestamp))


def number(frame: EvmFrame) -> None:
    """Push the number of the block."""
    frame.charge(ERGS_BASE, NATIVE_BLOCK_NUMBER)

    frame.push(U256(frame.system.metadata.block_number))


def prevrandao(frame: EvmFrame) -> None:
    """Push what stands for the randomness of the block (EIP-4399)."""
    frame.charge(ERGS_BASE, NATIVE_PREVRANDAO)

    system = frame.system

    frame.push(system.metadata.prevrandao(system.options))


def gaslimit(frame: EvmFrame) -> None:
    """Push the gas limit of the block."""
    frame.charge(ERGS_BASE, NATIVE_BLOCK_FIELD)

    frame.push(U256(frame.system.metadata.gas_limit))


def chainid(frame: EvmFrame) -> None:
    """Push the chain id (EIP-1344)."""
    frame.charge(ERGS_BASE, NATIVE_BLOCK_NUMBER)

    frame.push(U256(frame.system.metadata.chain_id))


def basefee(frame: EvmFrame) -> None:
    """Push the base fee of the block in wei (EIP-3198)."""
    frame.charge(ERGS_BASE, NATIVE_BLOCK_FIELD)

    frame.push(frame.system.metadata.basefee)
