"""Measurements: each figure of ours beside a figure of others from the same run."""

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from differential.outcome import DELEGATIONS, Outcome
from differential.reports.record import published_cycles
from differential.runners import native, riscv
from differential.runners.base import Runner, run_chain, state_of_case
from zkos.cases.loading import load_case
from zkos.compiler.assembler import Assembler
from zkos.host.case import Case, parse_case
from zkos.host.profile import Mode, Profile, RunOptions
from zkos.machine.machine import Machine
from zkos.machine.translator.engine import TranslatedEngine

Row = dict[str, Any]
REPEATS: Final = 3
"""Runs of which the best counts."""
_LOOPS: Final = 4_000_000
_RAM: Final = 0x00200000
_CALLS: Final = 4


def cycles(path: Path, options: RunOptions) -> Row:
    """RISC-V cycles of a case, without reports, and those published for it."""
    case = load_case(path)
    quiet = replace(options, report=len(case.blocks) > 1)
    outcomes = list(run_chain(riscv.run_block, case, quiet))
    schemes = [options.da or block.context.da for block in case.blocks]
    known = [published_cycles(path, schemes[i], i) for i in range(len(outcomes))]
    ours = sum(outcome.cycles or 0 for outcome in outcomes)
    theirs = sum(count for count in known if count) if all(known) else None
    return {
        "case": path.name.partition(".")[0],
        "outcome": outcomes[-1].result.value,
        "ours": ours,
        "theirs": theirs,
        "ours/theirs": ours / theirs if theirs else None,
        **{
            name: sum((outcome.delegations or {}).get(name, 0) for outcome in outcomes)
            for name in DELEGATIONS
        },
    }


def block_speeds(paths: Sequence[Path], *, with_py_evm: bool) -> list[Row]:
    """Gas a second on the largest case, in the replay profile, on each engine."""
    path = max(paths, key=lambda item: item.stat().st_size)
    case = load_case(path)
    options = RunOptions(Profile.REPLAY, report=False)
    forward = replace(options, mode=Mode.FORWARD)
    runs: list[tuple[str, Runner, RunOptions]] = [
        ("native forward", native.run_block, forward),
        ("native proving", native.run_block, options),
        ("riscv", riscv.run_block, options),
    ]
    if with_py_evm:
        from differential.runners import py_evm

        runs.append(("py_evm", py_evm.run_block, options))
    gas = _gas(case)
    rows: list[Row] = []
    for name, run, chosen in runs:
        outcome = _best(lambda run=run, chosen=chosen: _first(run, case, chosen))  # type: ignore[misc]
        seconds = outcome.seconds or 0.0
        speed = gas / seconds / 1e6 if seconds and outcome.succeeded else None
        row: Row = {"case": path.name.partition(".")[0], "engine": name}
        row |= {"seconds": outcome.seconds, "Mgas/s": speed}
        rows.append(row)
    base = rows[-1]["Mgas/s"] if with_py_evm else None
    for row in rows if base else ():
        row["speed, py_evm = 1"] = row["Mgas/s"] / base if row["Mgas/s"] else None
    return rows


def machine_speeds() -> list[Row]:
    """Instructions a second of the machine and of unicorn on the same loop."""
    image, count = _loop()
    machines = {
        "interpreter": Machine("native"),
        "translated": Machine(TranslatedEngine(every=True)),
    }
    rows: list[Row] = []
    for name, machine in machines.items():
        machine.run(image, None, 1 << 40)  # translates it
        ours = min(
            _seconds(lambda machine=machine: machine.run(image, None, 1 << 40))  # type: ignore[misc]
            for _ in range(3)
        )
        rows.append(_speed(name, count, ours))
    unicorn = _unicorn(image)
    if unicorn is None:
        return rows
    rows.append(_speed("unicorn", count, min(_seconds(unicorn) for _ in range(3))))
    base = rows[-1]["MIPS"]
    return [{**row, "speed, unicorn = 1": row["MIPS"] / base} for row in rows]


def _speed(name: str, count: int, seconds: float) -> Row:
    return {"engine": name, "instructions": count, "MIPS": count / seconds / 1e6}


def precompiles() -> list[Row]:
    """What a call of each precompile takes beyond one of the identity."""
    return [_precompile(*item) for item in _inputs()]


def _precompile(name: str, address: int, data: str) -> Row:
    called, idle = _calls(address, data), _calls(4, data)
    options = RunOptions(Profile.REPLAY, report=False)
    forward = replace(options, mode=Mode.FORWARD)

    def extra(run: Runner, chosen: RunOptions) -> tuple[float, int]:
        with_it = _best(lambda: _first(run, called, chosen))
        without = _best(lambda: _first(run, idle, chosen))
        seconds = (with_it.seconds or 0.0) - (without.seconds or 0.0)
        return seconds / _CALLS, ((with_it.cycles or 0) - (without.cycles or 0))

    native_seconds, _ = extra(native.run_block, forward)
    _, riscv_cycles = extra(riscv.run_block, options)
    return {
        "precompile": name,
        "native us": native_seconds * 1e6,
        "riscv cycles": riscv_cycles // _CALLS,
    }


def _calls(address: int, data: str) -> Case:
    key = "0x" + "11" * 32
    sender = "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"
    transactions = [
        {
            "type": "legacy",
            "private_key": key,
            "nonce": nonce,
            "to": f"{address:#042x}",
            "gas_limit": 2_000_000,
            "gas_price": 1000,
            "data": data,
        }
        for nonce in range(_CALLS)
    ]
    accounts = {sender: {"balance": str(10**20)}}
    return parse_case({"block": {}, "accounts": accounts, "txs": transactions}, "bench")


def _inputs() -> Iterator[tuple[str, int, str]]:
    from zkos.host.signing import keccak256, sign

    digest = keccak256(b"bench")
    r_s_v = sign(digest, b"\x22" * 32)
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


def _first(run: Runner, case: Case, options: RunOptions) -> Outcome:
    return run(case.blocks[0], state_of_case(case), options)


def _gas(case: Case) -> int:
    outcome = _first(native.run_block, case, RunOptions(Profile.REPLAY))
    return sum(item.gas_used or 0 for item in outcome.transactions or ())


def _best(run: Callable[[], Outcome]) -> Outcome:
    return min((run() for _ in range(REPEATS)), key=lambda item: item.seconds or 0.0)


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _loop() -> tuple[bytes, int]:
    """A loop like compiled code's mix, and how many instructions it executes."""
    program = Assembler()
    program.load_constant(5, _LOOPS)
    program.load_constant(6, _RAM)
    body: list[tuple[str, int, int, int]] = [
        ("lw", 7, 6, 0),
        ("addi", 8, 7, 13),
        ("xor", 9, 8, 5),
        ("slli", 10, 9, 3),
        ("add", 11, 10, 7),
        ("sw", 11, 6, 4),
        ("mul", 12, 11, 8),
        ("sltu", 13, 12, 11),
        ("sw", 12, 6, 0),
        ("addi", 5, 5, -1),
    ]
    start = program.here
    for line in body:
        program.emit(*line)
    program.emit("bne", 5, 0, start - program.here)
    end = program.here
    program.emit("jal", 0, 0)
    prologue = start // 4
    assert end == program.here - 4
    return program.code(), prologue + _LOOPS * (len(body) + 1) + 1


def _unicorn(image: bytes) -> Callable[[], None] | None:
    """The same program on unicorn, or None if it is not installed."""
    try:
        unicorn: Any = importlib.import_module("unicorn")
    except ModuleNotFoundError:
        return None
    emulator = unicorn.Uc(unicorn.UC_ARCH_RISCV, unicorn.UC_MODE_RISCV32)
    emulator.mem_map(0, 0x10000)
    emulator.mem_map(_RAM, 0x1000)
    emulator.mem_write(0, image)

    def run() -> None:
        emulator.emu_start(0, len(image) - 4)

    return run
