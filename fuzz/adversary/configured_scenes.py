"""Scenes of v32: those of v31 on a chain with a configuration, and what is new."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fuzz.adversary.interop_scenes import furnished, interop_scenes
from fuzz.adversary.parts import (
    CONTRACT,
    HEIR,
    OTHER_KEY,
    PRICE,
    STOP,
    STRANGER,
    batch,
    push,
    scene,
    send,
    store,
)
from zkos.host.case import AccountState, Case
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.transactions import FieldTransaction, Kind

_CAP: Final = (1 << 24) + 2
"""A little above the least that there may be."""
_CHAIN: Final = BlockContext(max_tx_gas_limit=_CAP, proves_fri=True)
_RAISED: Final = {"native": 195_000}
"""Gas limits in place of those of older scenes, by scene."""
_OTHER: Final = FieldTransaction(  # of the second sender, whose nonce is 5
    Kind.EIP1559,
    gas_limit=300_000,
    max_fee_per_gas=PRICE,
    max_priority_fee_per_gas=1,
    to=CONTRACT,
    nonce=5,
    private_key=OTHER_KEY,
)


def configured_scenes(older: Mapping[str, Case]) -> dict[str, Case]:
    """The scenes of v31 from those of v30, then those of v32."""
    new = {name: make() for name, make in _NEW.items()}
    return furnished({**interop_scenes(older), **new}, _RAISED)


def _event(topics: int, length: int) -> bytes:
    numbers = b"".join(push(7 + number) for number in reversed(range(topics)))
    return numbers + push(length) + push(0) + bytes([0xA0 + topics])


def _receipts() -> Case:
    """Receipts of three types: logs of every form, none, and those of a revert."""
    code = b"".join(_event(topics, 33 * topics) for topics in range(5)) + STOP
    lost = _event(2, 5) + push(0) * 2 + b"\xfd"
    contracts = (AccountState(CONTRACT, code=code), AccountState(HEIR, code=lost))
    transactions = [
        send(CONTRACT),
        send(HEIR, nonce=1, kind=Kind.EIP2930),
        _OTHER,
        replace(_OTHER, nonce=6, to=STRANGER),
        send(STRANGER, nonce=2, value=1),
    ]
    return scene(contracts, transactions, _CHAIN)


def _caps() -> Case:
    """Gas limits at the chain's cap and above it: the latter is dropped."""
    transactions = [
        send(HEIR, gas_limit=_CAP, max_fee_per_gas=PRICE),
        replace(_OTHER, to=HEIR, gas_limit=_CAP + 1),
        send(STRANGER, nonce=1, gas_limit=1 << 24, value=2),
    ]
    return scene((), transactions, _CHAIN)


def _floor() -> Case:
    """Calldata that costs more than what is done with it."""
    data = bytes(range(1, 201)) + bytes(50)
    contract = AccountState(CONTRACT, code=store(0, 1) + STOP)
    return scene((contract,), [send(CONTRACT, data=data)], _CHAIN)


def _batch() -> Case:
    """Blocks of one chain: the configuration is asked for once."""
    context = replace(_CHAIN, da=DataAvailability.NONE, chain_id=506)
    code = _event(1, 32) + store(1, 2) + STOP
    contracts = (AccountState(CONTRACT, code=code),)
    blocks = [[send(CONTRACT)], [_OTHER], [send(HEIR, nonce=1)]]
    return batch(contracts, blocks, context)


_NEW: Final = {
    "receipts": _receipts,
    "caps": _caps,
    "floor": _floor,
    "configured_batch": _batch,
}
