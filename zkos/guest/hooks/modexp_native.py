"""Seam: what modular exponentiation costs in native. By default it goes by gas."""

from zkos.guest.hooks.modexp_by_gas import native_price

__all__ = ["native_price"]
