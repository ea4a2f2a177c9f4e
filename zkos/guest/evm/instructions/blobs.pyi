"""Opcodes about blobs, which transactions here never carry. A seam."""

from zkos.guest.evm.frame import EvmFrame

def blobhash(frame: EvmFrame) -> None:
    """Replace an index with the hash of a blob, 0 without one (EVM spec 6.6)."""

def blobbasefee(frame: EvmFrame) -> None:
    """Push the price of blobs, in wei."""
