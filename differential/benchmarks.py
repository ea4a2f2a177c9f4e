"""Measurements: each figure of ours beside a figure of others from the same run."""

import importlib
import importlib.util
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from differential.benchmark_rows import REPEATS, Row, absent
from differential.outcome import DELEGATIONS, Outcome
from differential.reports.record import published_cycles
from differential.runners import native, riscv
from differential.runners.base import Runner, run_chain, state_of_case
from zkos.cases.loading import load_case
from zkos.compiler.assembler import Assembler
from zkos.host.case import Case
from zkos.host.profile import Mode, Profile, RunOptions
from zkos.machine.machine import Machine
from zkos.machine.translator.engine import TranslatedEngine

_LOOPS: Final = 4_000_000
_RAM: Final = 0x00200000
_NO_CASES: Final = "no file of published cycles beside the case"


def cycles(path: Path, options: RunOptions) -> Row:
    """RISC-V cycles of a case, without reports, and those published for it."""
    case = load_case(path)
    quiet = replace(options, report=len(case.blocks) > 1)
    outcomes = list(run_chain(riscv.run_block, case, quiet))
    schemes = [options.da or block.context.da for block in case.blocks]
    known = [published_cycles(path, schemes[i], i) for i in range(len(outcomes))]
    ours = sum(outcome.cycles or 0 for outcome in outcomes)
    theirs = sum(count for count in known if count) if all(known) else None
    heaps = [outcome.heap_bytes or 0 for outcome in outcomes]
    return Row(
        "cycles",
        _name(path),
        "riscv",
        {
            "outcome": outcomes[-1].result.value,
            "cycles": ours,
            "peer's cycles": theirs,
            **{
                name: sum((item.delegations or {}).get(name, 0) for item in outcomes)
                for name in DELEGATIONS
            },
            "heap MB": max(heaps) / 1e6,
        },
        "published image" if theirs else None,
        ours / theirs if theirs else None,
        "" if theirs else _NO_CASES,
    )


def block_speeds(paths: Sequence[Path], *, with_py_evm: bool) -> Iterator[Row]:
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
    eels = importlib.util.find_spec("ethereum") is not None
    if with_py_evm and eels:
        from differential.runners import eels as second

        runs.append(("eels", second.run_block, options))
    gas = _gas(case)
    speeds: dict[str, tuple[Outcome, float, float | None]] = {}
    for name, run, chosen in runs:
        outcome, whole = _middle(run, case, chosen)
        good = outcome.succeeded and outcome.seconds
        speed = gas / outcome.seconds / 1e6 if good and outcome.seconds else None
        speeds[name] = (outcome, whole, speed)
    base = speeds["py_evm"][2] if with_py_evm else None
    for name, (outcome, whole, speed) in speeds.items():
        figures = {"seconds": outcome.seconds, "with host": whole, "Mgas/s": speed}
        heap = outcome.heap_bytes
        figures["heap MB"] = heap / 1e6 if heap is not None else None
        yield Row(
            "block",
            _name(path),
            name,
            figures,
            "py_evm" if base else None,
            speed / base if speed and base else None,
            "" if speed else outcome.reason,
        )
    for name, missing in (("eels", not eels), ("pyrevm", not _has("pyrevm"))):
        if missing and with_py_evm:
            yield absent("block", _name(path), name, "not installed")
    if shutil.which("anvil") is None:
        yield absent("block", _name(path), "anvil", "not installed")


def machine_speeds() -> Iterator[Row]:
    """Instructions a second of the machine and of unicorn on the same loop."""
    image, count = _loop()
    machines = {
        "interpreter": Machine("native"),
        "translated": Machine(TranslatedEngine(every=True)),
    }
    runs: dict[str, Callable[[], object]] = {
        name: lambda machine=machine: machine.run(image, None, 1 << 40)  # type: ignore[misc]
        for name, machine in machines.items()
    }
    for run in runs.values():
        run()  # translates it
    unicorn = _unicorn(image)
    if unicorn is not None:
        runs["unicorn"] = unicorn
    seconds = {name: min(_seconds(run) for _ in range(3)) for name, run in runs.items()}
    base = seconds.get("unicorn")
    for name, taken in seconds.items():
        figures = {"instructions": count, "MIPS": count / taken / 1e6}
        peer, ratio = ("unicorn", base / taken) if base else (None, None)
        yield Row("machine", "loop", name, figures, peer, ratio)
    if unicorn is None:
        yield absent("machine", "loop", "unicorn", "not installed: zkos[fuzz]")
    if shutil.which("qemu-riscv32") is None:
        yield absent("machine", "loop", "qemu-riscv32", "not installed")


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _name(path: Path) -> str:
    return path.name.partition(".")[0]


def _gas(case: Case) -> int:
    outcome = first_block(native.run_block, case, RunOptions(Profile.REPLAY))
    return sum(item.gas_used or 0 for item in outcome.transactions or ())


def first_block(run: Runner, case: Case, options: RunOptions) -> Outcome:
    """The outcome of the first block of a case."""
    return run(case.blocks[0], state_of_case(case), options)


def _middle(run: Runner, case: Case, options: RunOptions) -> tuple[Outcome, float]:
    """Of several runs on one state the one of middle time; seconds with the host's."""
    block, state = case.blocks[0], state_of_case(case)
    state.tree.root()
    done: list[tuple[float, Outcome]] = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        outcome = run(block, state, options)
        done.append((time.perf_counter() - started, outcome))
    done.sort(key=lambda item: item[1].seconds or 0.0)
    whole = sorted(seconds for seconds, _ in done)
    return done[REPEATS // 2][1], whole[REPEATS // 2]


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
