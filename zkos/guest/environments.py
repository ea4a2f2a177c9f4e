"""Seam: the execution environments. By default the EVM alone."""

from zkos.guest.evm.environments import Environments

__all__ = ["Environments"]
