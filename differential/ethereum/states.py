"""The witness of a state that is known in full."""

from collections.abc import Sequence

from differential.ethereum.blocks import State
from zkos.host.ethereum.block import Witness, distinct
from zkos.host.ethereum.tries import FullAccount, FullState, build_state


def full_state(before: State) -> FullState:
    """Its root and everything behind it."""
    return build_state({
        address: FullAccount(item.nonce, item.balance, item.code, item.storage)
        for address, item in before.items()
    })  # fmt: skip


def witness_of(before: State, headers: Sequence[bytes]) -> Witness:
    """All nodes and codes; headers oldest first, the parent last."""
    full = full_state(before)
    return Witness(distinct(full.nodes), full.codes, tuple(headers))
