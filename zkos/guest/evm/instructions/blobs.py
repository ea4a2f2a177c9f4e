"""Seam: opcodes about blobs. By default there are none, and their price is 1."""

from zkos.guest.evm.instructions.no_blobs import blobbasefee, blobhash

__all__ = ["blobbasefee", "blobhash"]
