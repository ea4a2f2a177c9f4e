"""Opcodes about blobs where there are none and no price of them (EVM spec 6.6)."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.protocol.evm_native import NATIVE_BLOBBASEFEE, NATIVE_BLOBHASH
from zkos.guest.protocol.gas import ERGS_BASE, ERGS_VERY_LOW
from zkos.lang.ints import U256


def blobhash(frame: EvmFrame) -> None:
    """Replace an index with 0."""
    frame.charge(ERGS_VERY_LOW, NATIVE_BLOBHASH)

    frame.stack[frame.top_place()] = U256(0)


def blobbasefee(frame: EvmFrame) -> None:
    """Push 1."""
    frame.charge(ERGS_BASE, NATIVE_BLOBBASEFEE)

    frame.push(U256(1))
