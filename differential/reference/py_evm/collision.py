"""Creations where storage is: EIP-7610, which py-evm does not have."""

from typing import Any

from differential.known import STORAGE_COLLISION


def collides(state: Any, address: bytes) -> bool:
    """Whether a creation at an address meets storage that stands in its way."""
    in_its_way = state.rules.collides(has_storage=state.has_storage(address))
    return in_its_way and bool(state.policy.fire(STORAGE_COLLISION))
