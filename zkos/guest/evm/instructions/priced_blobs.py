"""Opcodes about blobs where the block says what they would cost (v31 EVM spec 2)."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.instructions.no_blobs import blobhash
from zkos.guest.protocol.evm_native import NATIVE_BLOBBASEFEE
from zkos.guest.protocol.gas import ERGS_BASE

__all__ = ["blobhash"]


def blobbasefee(frame: EvmFrame) -> None:
    """Push the price of blobs, in wei."""
    frame.charge(ERGS_BASE, NATIVE_BLOBBASEFEE)

    frame.push(frame.system.metadata.blob_base_fee())
