"""Seam: Keccak-256. By default in plain instructions."""

from zkos.guest.crypto.plain_keccak import Keccak256

__all__ = ["Keccak256"]
