"""Scenes of v31: those of v30 beside system contracts, and what is new.

The contracts are those that campaigns use (`fuzz.strategies.system_code`), without
their variants.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fuzz.adversary.parts import (
    CONTRACT,
    HEIR,
    POP,
    PRICE,
    SSTORE,
    STOP,
    STRANGER,
    batch,
    load,
    push,
    scene,
    send,
    store,
)
from fuzz.strategies.system_code import (
    BASE_TOKEN,
    DECREES,
    FEES,
    MESSENGER,
    MINT_HOOK,
    ROOTS,
    SENDER_HOOK,
    SYSTEM_CONTEXT,
    TRACKER,
    keeper,
    plain_announcer,
    plain_forwarder,
    plain_reporter,
    plain_tracker,
)
from zkos.guest.protocol.addresses import COMPLEX_UPGRADER
from zkos.host.case import AccountState, Case
from zkos.host.context import BlockContext, DataAvailability
from zkos.host.signing import keccak256
from zkos.host.transactions import FieldTransaction, Kind
from zkos.host.tree import hash_bytes

TREASURY: Final = 0x10011
MESSAGE_ROOTS: Final = 0x10005
_UPGRADER: Final = int(COMPLEX_UPGRADER)
_UPGRADE_SENDER: Final = 0x8007
_FULL: Final = (1 << 127) - 1
_NEW_CODE: Final = load(0) + STOP
_ENOUGH_GAS: Final = 200_000
"""Of a transaction whose slots without a leaf would cost too much native."""
_RAISED: Final = {"native": _ENOUGH_GAS}


def interop_scenes(older: Mapping[str, Case]) -> dict[str, Case]:
    """The older scenes with system contracts beside them, then those of v31."""
    new = {name: make() for name, make in _NEW.items()}
    return furnished({**older, **new}, _RAISED)


def furnished(cases: Mapping[str, Case], gas: Mapping[str, int]) -> dict[str, Case]:
    """Scenes with system contracts beside them, some with other gas limits."""
    return {name: _furnished(case, gas.get(name)) for name, case in cases.items()}


def _furnished(case: Case, gas_limit: int | None) -> Case:
    taken = {account.address for account in case.accounts}
    added = [item for item in _system() if item.address not in taken]
    blocks = case.blocks
    if gas_limit is not None:
        raised = [
            replace(item, gas_limit=gas_limit)
            for item in blocks[0].transactions
            if isinstance(item, FieldTransaction)
        ]
        blocks = (replace(blocks[0], transactions=tuple(raised)),)
    accounts = (*case.accounts, *added)
    return replace(case, accounts=accounts, blocks=blocks)


def _system() -> list[AccountState]:
    node = keccak256((_TOP + 1).to_bytes(32, "big"))
    roots = ((4, 1), (int.from_bytes(node, "big"), 0x4007))
    return [
        AccountState(MESSENGER, code=plain_forwarder(SENDER_HOOK)),
        AccountState(BASE_TOKEN, code=plain_forwarder(MINT_HOOK)),
        AccountState(_UPGRADER, code=plain_forwarder(DECREES)),
        AccountState(ROOTS, code=plain_reporter()),
        AccountState(SYSTEM_CONTEXT, code=plain_announcer(), storage=((0, 9),)),
        AccountState(FEES, code=keeper()),
        AccountState(TRACKER, code=plain_tracker(), storage=((0, 5), (154, 31337))),
        AccountState(MESSAGE_ROOTS, storage=roots),
        AccountState(TREASURY, balance=_FULL),
    ]


_TOP: Final = int.from_bytes(keccak256((6).to_bytes(32, "big")), "big")


def _service(to: int, selector: str, *words: int) -> FieldTransaction:
    data = bytes.fromhex(selector) + b"".join(
        word.to_bytes(32, "big") for word in words
    )
    return FieldTransaction(Kind.SERVICE, 0, 0, to=to, data=data)


def _root(number: int) -> FieldTransaction:
    return _service(ROOTS, "cca2f7bc", 6565, number, 32, 1, 0xABC + number)


def _layer(chain: int) -> FieldTransaction:
    return _service(SYSTEM_CONTEXT, "040203e6", chain)


def _services() -> Case:
    """Roots of another chain, another settlement layer, a fee."""
    fee = _service(FEES, "08273d8a", 77)
    return scene((), [_root(1), _layer(506), _root(2), fee])


def _messages() -> Case:
    """A message through the contract, and one that nobody may send."""
    message = HEIR.to_bytes(20, "big") + b"to whom it may concern"
    transactions = [
        send(MESSENGER, data=message),
        send(SENDER_HOOK, nonce=1, data=message),
    ]
    return scene((), transactions)


def _decree() -> Case:
    """An upgrade puts code under an address and makes ether."""
    words = (
        STRANGER.to_bytes(32, "big"),
        hash_bytes(_NEW_CODE),
        len(_NEW_CODE).to_bytes(32, "big"),
        keccak256(_NEW_CODE),
    )
    upgrade = FieldTransaction(
        Kind.UPGRADE,
        gas_limit=1_000_000,
        max_fee_per_gas=0,
        max_priority_fee_per_gas=0,
        to=_UPGRADER,
        sender=_UPGRADE_SENDER,
        data=b"".join(words),
    )
    mint = send(BASE_TOKEN, data=(10**18).to_bytes(32, "big"))
    made = scene((), [upgrade, mint, send(STRANGER, nonce=1)])
    return replace(made, preimages=(_NEW_CODE,))


def _deposit(value: int, **fields: object) -> FieldTransaction:
    made = FieldTransaction(
        Kind.L1,
        gas_limit=700_000,
        max_fee_per_gas=PRICE,
        max_priority_fee_per_gas=0,
        to=CONTRACT,
        sender=STRANGER,
        value=value,
        refund_recipient=HEIR,
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def _deposits() -> Case:
    """Ether out of the treasury, twice, one of them reverted."""
    code = load(3) + push(1) + b"\x54" + store(1, 2) + POP + STOP
    contract = AccountState(CONTRACT, code=code, storage=((1, 1),))
    reverting = AccountState(HEIR, code=load(1) + push(0) * 2 + b"\xfd")
    return scene((contract, reverting), [_deposit(12), _deposit(3, to=HEIR)])


def _prices() -> Case:
    """What blobs cost."""
    code = b"\x4a" + push(0) + SSTORE + push(0) + b"\x49" + push(1) + SSTORE + STOP
    return scene((AccountState(CONTRACT, code=code),), [send(CONTRACT)])


def _batch() -> Case:
    """Roots in one block, a deposit in the next, nothing in the third."""
    context = BlockContext(da=DataAvailability.NONE)
    return batch((), [[_root(7), _layer(31337)], [_deposit(9)], []], context)


_NEW: Final = {
    "services": _services,
    "messages": _messages,
    "decree": _decree,
    "deposits": _deposits,
    "prices": _prices,
    "interop_batch": _batch,
}
