"""Opcodes about blobs where transactions carry them (EIP-4844, EIP-7516)."""

from zkos.guest.evm.frame import EvmFrame
from zkos.guest.evm.instructions.priced_blobs import blobbasefee
from zkos.guest.evm.operands import saturate_u32
from zkos.guest.protocol.evm_native import NATIVE_BLOBHASH
from zkos.guest.protocol.gas import ERGS_VERY_LOW

__all__ = ["blobbasefee"]


def blobhash(frame: EvmFrame) -> None:
    """Replace an index with the versioned hash of that blob, 0 beyond the last."""
    frame.charge(ERGS_VERY_LOW, NATIVE_BLOBHASH)

    index = saturate_u32(frame.top())

    frame.set_top(frame.system.metadata.blob_hash(index))
