"""What a call of each precompile takes, natively and in cycles of the machine."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from differential.benchmark_rows import Row, middles
from differential.benchmarks import first_block
from differential.runners import native, riscv
from zkos.cases.assembler import assemble
from zkos.host.case import Case, parse_case
from zkos.host.profile import Mode, Profile, RunOptions
from zkos.host.signing import keccak256, recover, sign

_CALLS: Final = 64
"""Of a block; a short one would drown in what a block costs besides."""
_GAS: Final = 30_000_000
_IDENTITY: Final = 4
_CONTRACT: Final = "0x" + "cc" * 20
_LOOP: Final = """
    CALLDATASIZE PUSH1 0 PUSH1 0 CALLDATACOPY
    PUSH1 {calls}
again:
    PUSH1 0 PUSH1 0 CALLDATASIZE PUSH1 0 PUSH1 {address} GAS STATICCALL POP
    PUSH1 1 SWAP1 SUB DUP1 PUSH @again JUMPI
    STOP
"""


def precompiles() -> Iterator[Row]:
    """What a call of each takes beyond one of the identity."""
    for name, address, data in _inputs():
        yield from _precompile(name, address, data)


def _precompile(name: str, address: int, data: str) -> Iterator[Row]:
    called, idle = _calls(address, data), _calls(_IDENTITY, data)
    options = RunOptions(Profile.REPLAY, report=False)
    forward = replace(options, mode=Mode.FORWARD)
    with_it, without = middles(
        [
            lambda: first_block(native.run_block, called, forward),
            lambda: first_block(native.run_block, idle, forward),
        ]
    )
    taken = (with_it - without) / _CALLS * 1e6
    figures: dict[str, float | None] = {"us": taken if taken > 0 else None}
    note = "" if taken > 0 else "less than a call of the identity varies by"
    peer, ratio = None, None
    if name == "ecrecover" and taken > 0:
        theirs = _libsecp256k1(bytes.fromhex(data[2:]))
        peer, ratio = "libsecp256k1", theirs / taken
        figures["peer's us"] = theirs
    yield Row("crypto", name, "native", figures, peer, ratio, note)
    heavy, light = (
        first_block(riscv.run_block, case, options).cycles or 0
        for case in (called, idle)
    )
    yield Row("crypto", name, "riscv", {"cycles": (heavy - light) // _CALLS})


def _libsecp256k1(data: bytes) -> float:
    """Microseconds of the same recovery, with the hash of the key."""
    digest, signature = data[:32], data[64:] + data[63:64]

    def run() -> None:
        for _ in range(_CALLS):
            recover(digest, signature)

    return middles([run])[0] / _CALLS * 1e6


def _calls(address: int, data: str) -> Case:
    """A block with one transaction that calls a precompile often."""
    sender = "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"
    code = assemble(_LOOP.format(calls=_CALLS, address=address))
    transaction = {
        "type": "legacy",
        "private_key": "0x" + "11" * 32,
        "nonce": 0,
        "to": _CONTRACT,
        "gas_limit": _GAS,
        "gas_price": 1000,
        "data": data,
    }
    accounts = {
        sender: {"balance": str(10**20)},
        _CONTRACT: {"code": "0x" + code.hex()},
    }
    content = {"block": {}, "accounts": accounts, "txs": [transaction]}
    return parse_case(content, "bench")


def _inputs() -> Iterator[tuple[str, int, str]]:
    digest = keccak256(b"bench")
    r_s_v = sign(b"\x22" * 32, digest)
    v = r_s_v[64].to_bytes(32, "big")
    yield "ecrecover", 1, "0x" + (digest + v + r_s_v[:64]).hex()
    yield "sha256, 1 kB", 2, "0x" + "5a" * 1024
    yield "ripemd160, 1 kB", 3, "0x" + "5a" * 1024
    lengths = "".join(f"{32:064x}" for _ in range(3))
    yield "modexp, 256 bits", 5, "0x" + lengths + "7f" * 32 + "ff" * 32 + "f1" * 32
    g1 = f"{1:064x}{2:064x}"
    yield "bn254 add", 6, "0x" + g1 + g1
    yield "bn254 mul", 7, "0x" + g1 + "7f" * 32
    yield "bn254 pairing, 2 pairs", 8, "0x" + _pairs()


def _pairs() -> str:
    """e(P, Q) times e(-P, Q) for the generators of EIP-197."""
    q = (
        0x198E9393920D483A7260BFB731FB5D25F1AA493335A9E71297E485B7AEF312C2,
        0x1800DEEF121F1E76426A00665E5C4479674322D4F75EDADD46DEBD5CD992F6ED,
        0x090689D0585FF075EC9E99AD690C3395BC4B313370B38EF355ACDADCD122975B,
        0x12C85EA5DB8C6DEB4AAB71808DCB408FE3D1E7690C43D37B4CE6CC0166FA7DAA,
    )
    field = 0x30644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD47
    points = (1, 2, *q, 1, field - 2, *q)
    return "".join(f"{value:064x}" for value in points)
