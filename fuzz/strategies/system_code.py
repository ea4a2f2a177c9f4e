"""Code of system contracts as cases have them since v31: ours, and small."""

from functools import cache
from typing import Final

from fuzz.strategies.source import Source, Weights
from zkos.cases.assembler import assemble
from zkos.host.signing import keccak256

MESSENGER: Final = 0x8008
BASE_TOKEN: Final = 0x800A
SYSTEM_CONTEXT: Final = 0x800B
ROOTS: Final = 0x10008
FEES: Final = 0x1000D
TRACKER: Final = 0x1000F
SENDER_HOOK: Final = 0x7001
DECREES: Final = 0x7002
MINT_HOOK: Final = 0x7100
_ROOT_ADDED: Final = keccak256(b"InteropRootAdded(uint256,uint256,bytes32[])").hex()
_LAYER_SET: Final = keccak256(b"SettlementLayerChainIdUpdated(uint256)").hex()
_ENDINGS: Final = ("RETURN", "REVERT")
_ENDING_WEIGHTS: Final = Weights(88, 12)
_SCHEMES: Final = ("CALL", "STATICCALL", "DELEGATECALL", "CALLCODE")
_SCHEME_WEIGHTS: Final = Weights(85, 5, 5, 5)
_VALUES: Final = ("PUSH0", "CALLVALUE")
_VALUE_WEIGHTS: Final = Weights(85, 15)
_TIMES: Final = (1, 2, 3)
_TIME_WEIGHTS: Final = Weights(80, 14, 6)
_ROOT_TOPICS: Final = 3
_FORGETFUL: Final = 3
"""Of a hundred announcers: they emit what they do not keep, and no block can be."""


def forwarder(source: Source, hook: int, only: int | None = None) -> bytes:
    """Call a hook with the calldata, return what it said; `only` for one caller."""
    ending = source.choose(_ENDINGS, _ENDING_WEIGHTS)
    scheme = source.choose(_SCHEMES, _SCHEME_WEIGHTS)
    value = source.choose(_VALUES, _VALUE_WEIGHTS)
    times = source.choose(_TIMES, _TIME_WEIGHTS)
    return _forwarder(hook, only, ending, scheme, value, times)


@cache
def _forwarder(
    hook: int, only: int | None, ending: str, scheme: str, value: str, times: int
) -> bytes:
    guard = ""
    if only is not None:
        guard = f"CALLER PUSH {only:#06x} EQ PUSH @go JUMPI STOP go:"
    if scheme not in ("CALL", "CALLCODE"):
        value = ""
    call = f"PUSH0 PUSH0 CALLDATASIZE PUSH0 {value} PUSH {hook:#06x} GAS {scheme}"
    return assemble(f"""
        {guard} CALLDATASIZE PUSH0 PUSH0 CALLDATACOPY
        {" POP ".join([call] * times)}
        PUSH0 MSTORE RETURNDATASIZE PUSH0 PUSH1 32 RETURNDATACOPY
        RETURNDATASIZE PUSH1 32 ADD PUSH0 {ending}
    """)


def plain_forwarder(hook: int) -> bytes:
    """Call a hook once with the calldata."""
    return _forwarder(hook, None, "RETURN", "CALL", "PUSH0", 1)


def plain_reporter() -> bytes:
    """Emit a root once, as it should be."""
    return _reporter("RETURN", 1, _ROOT_TOPICS)


def plain_announcer() -> bytes:
    """Keep a settlement layer and tell of it."""
    return _announcer("RETURN", 2, True)


def plain_tracker() -> bytes:
    """Add up what comes from L1."""
    return _assembled(_ADDS_UP)


def reporter(source: Source) -> bytes:
    """Emit a root from the calldata: chain, number, then the data of the event."""
    ending = source.choose(_ENDINGS, _ENDING_WEIGHTS)
    times = source.choose(_TIMES, _TIME_WEIGHTS)
    topics = _ROOT_TOPICS if source.chance(96) else source.below(4)
    return _reporter(ending, times, topics)


@cache
def _reporter(ending: str, times: int, topics: int) -> bytes:
    pushed = [
        "PUSH1 36 CALLDATALOAD",
        "PUSH1 4 CALLDATALOAD",
        f"PUSH32 0x{_ROOT_ADDED}",
    ]
    pushed = pushed[_ROOT_TOPICS - topics :]
    log = " ".join([*pushed, f"PUSH1 68 CALLDATASIZE SUB PUSH0 LOG{topics}"])
    return assemble(f"""
        PUSH1 68 CALLDATASIZE SUB PUSH1 68 PUSH0 CALLDATACOPY
        PUSH1 36 CALLDATALOAD PUSH1 4 CALLDATALOAD SSTORE
        {" ".join([log] * times)} PUSH0 PUSH0 {ending}
    """)


def announcer(source: Source) -> bytes:
    """Keep the id of the settlement layer and tell of it."""
    ending = source.choose(_ENDINGS, _ENDING_WEIGHTS)
    topics = 2 if source.chance(96) else source.choose((1, 3))
    return _announcer(ending, topics, not source.chance(_FORGETFUL))


@cache
def _announcer(ending: str, topics: int, keeps: bool) -> bytes:
    pushed = ["PUSH0", "PUSH1 4 CALLDATALOAD", f"PUSH32 0x{_LAYER_SET}"][3 - topics :]
    keep = "PUSH1 4 CALLDATALOAD PUSH0 SSTORE" if keeps else ""
    return assemble(
        f"{keep} {' '.join(pushed)} PUSH0 PUSH0 LOG{topics} PUSH0 PUSH0 {ending}"
    )


@cache
def keeper() -> bytes:
    """Keep the first argument."""
    return assemble("PUSH1 4 CALLDATALOAD PUSH0 SSTORE")


def tracker(source: Source) -> bytes:
    """What is told of ether that comes from L1."""
    return _assembled(source.choose(_TRACKERS, _TRACKER_WEIGHTS))


@cache
def _assembled(text: str) -> bytes:
    return assemble(text)


_ADDS_UP: Final = """
    PUSH1 36 CALLDATALOAD PUSH0 SLOAD ADD PUSH0 SSTORE
    PUSH1 4 CALLDATALOAD PUSH1 1 SSTORE CALLER PUSH0 PUSH0 LOG1 STOP
"""
"""Amounts; remembers the chain they came from, and tells."""
_FOR_THE_TOKEN: Final = f"""
    CALLER PUSH {BASE_TOKEN:#06x} EQ PUSH @go JUMPI PUSH0 PUSH0 REVERT
    go: PUSH1 36 CALLDATALOAD DUP1 SSTORE
"""
_DEAR: Final = """
    PUSH1 36 CALLDATALOAD DUP1 GAS SSTORE DUP1 PUSH1 1 ADD SSTORE STOP
"""
_OF_LITTLE: Final = """
    PUSH1 36 CALLDATALOAD PUSH8 0x0de0b6b3a7640000 GT PUSH @go JUMPI
    PUSH0 PUSH0 REVERT
    go: STOP
"""
"""Agrees to less than an ether."""
_NEVER: Final = "PUSH0 PUSH0 REVERT"
_TRACKERS: Final = (_ADDS_UP, _FOR_THE_TOKEN, _DEAR, _OF_LITTLE, _NEVER)
_TRACKER_WEIGHTS: Final = Weights(50, 24, 14, 8, 4)
