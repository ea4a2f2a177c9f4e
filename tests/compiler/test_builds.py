"""Builds depend on the source alone, and traps name it."""

import json
import os
import shutil
import subprocess
import sys
from bisect import bisect_right
from pathlib import Path

import pytest

from tests.support.target import Raised, Trapped, make_target
from zkos.compiler.image import build_program, symbol_table
from zkos.compiler.line_build import build_lines
from zkos.compiler.native import build_native

ROOT = Path(__file__).resolve().parents[2]
MAIN = '''"""Hashes two words."""

from zkos.guest.crypto.keccak import Keccak256
from zkos.guest.crypto.secp256k1 import Secp256k1
from zkos.lang.intrinsics import finish, oracle_read
from zkos.lang.ints import U256, Bytes32
from zkos.lang.memory import allocate_bytes


def main() -> None:
    data = allocate_bytes(8)
    data.store_u32(0, oracle_read())
    data.store_u32(4, oracle_read())
    digest = Keccak256().hash(data)
    curve = Secp256k1(Keccak256())
    found, address = curve.recover(U256(digest), U256(1), U256(2), True)
    finish(Bytes32(address) if found else digest)
'''
SCRIPT = """
import hashlib, json
from zkos.compiler.emit import RV32, X86
from zkos.compiler.image import build_program, symbol_table
from zkos.compiler.lines import NO_LINES
from zkos.compiler.module import translate
from zkos.compiler.variant import PLAIN, with_lines
made = build_program(["guest_main"], "guest_main:main")
whole = translate(["zkos.guest.entry.block"], [], RV32, "zkos.guest.entry.block:main")
run = "zkos.machine.interpreter:run"
machine = translate(["zkos.machine.interpreter"], [run], X86)
kept = with_lines(PLAIN)
lined = translate(["guest_main"], [], RV32, "guest_main:main", kept)
parts = [made.image(), symbol_table(made, NO_LINES).encode(), whole.text.encode(),
         repr(whole.sites).encode(), machine.text.encode(), lined.text.encode()]
print(json.dumps([hashlib.sha256(part).hexdigest() for part in parts]))
"""


def checkout(folder: Path) -> Path:
    """A copy of the source with a small program beside it."""
    shutil.copytree(
        ROOT / "zkos", folder / "zkos", ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "guest_main.py").write_text(MAIN)
    return folder


def digests(folder: Path, hash_seed: str) -> list[str]:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": str(folder),
        "ZKOS_CACHE": str(folder / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    return list(json.loads(done.stdout))


def test_two_checkouts_build_the_same_bytes(tmp_path):
    one = digests(checkout(tmp_path / "one"), "1")
    other = digests(checkout(tmp_path / "deeper" / "down" / "other"), "77")

    assert one == other


GUEST = [
    "tests.compiler.rules.accepted.assertions:run",
    "tests.compiler.rules.accepted.overflow:run",
    "tests.compiler.rules.accepted.uncaught:run",
]


@pytest.mark.parametrize("name", ["native", "riscv"])
def test_traps_name_file_line_and_reason(name):
    target = make_target(name, tuple(GUEST))
    folder = "tests/compiler/rules/accepted"
    for function, given, place in (
        (GUEST[0], (3, 3), f"{folder}/assertions.py:8: a and b are equal"),
        (GUEST[0], (0xFFFFFFFF, 3), f"{folder}/assertions.py:10: a is too large"),
        (GUEST[1], (0xFFFFFFFF, 1), f"{folder}/overflow.py:7: overflow of U32 add"),
        (GUEST[1], (0x7FFFFFFF, 1), f"{folder}/overflow.py:7: overflow of U32 mul"),
        (GUEST[1], (1, 1), f"{folder}/overflow.py:7: overflow of U32 sub"),
    ):
        with pytest.raises(Trapped) as caught:
            target.call(function, *given)
        assert str(caught.value) == place


def test_uncaught_exceptions_are_named(target):
    with pytest.raises(Raised, match=r"^Unlucky$"):
        target.call(GUEST[2], 26, 1)
    assert target.call(GUEST[2], 27, 1) == 1


def test_symbol_table_tells_functions_sites_and_lines(tmp_path, monkeypatch):
    (tmp_path / "guest_symbols.py").write_text(MAIN)
    monkeypatch.syspath_prepend(tmp_path)
    program = build_program(["guest_symbols"], "guest_symbols:main")

    lines = build_lines(program)
    content = json.loads(symbol_table(program, lines))

    assert any(
        str(site[0]).endswith("guest_symbols.py") and site[3] == "main returned"
        for site in content["sites"]
    )
    assert any("Keccak256" in str(name) for name in content["functions"])
    found = content["lines"]
    starts = [start for start, _ in found["spans"]]
    start = program.linked.symbols["zkos.guest.crypto.plain_keccak:permute"] + 400
    pc = next(pc for pc in range(start, start + 400, 4) if lines.at(pc))
    chain = found["chains"][found["spans"][bisect_right(starts, pc) - 1][1]]
    path, line = found["places"][chain[0]]
    assert path == "zkos/guest/crypto/plain_keccak.py"
    assert (path, line) == lines.at(pc)[0]


ECHO = '''"""Writes more words than the buffer of the native oracle holds."""

from zkos.lang.control import urange
from zkos.lang.intrinsics import oracle_read, oracle_write
from zkos.lang.ints import U32


def run(count: U32) -> U32:
    for i in urange(count):
        oracle_write(i)
    return oracle_read()
'''


class Counting:
    """Answers each exchange with its number, ahead of time."""

    def __init__(self) -> None:
        self.exchanges = 0
        self.received = 0

    def exchange(self, written: bytes) -> bytes:
        self.exchanges += 1
        self.received += len(written) // 4
        return (100 * self.exchanges).to_bytes(4, "little") * 2


def test_a_write_drops_answers_to_a_full_buffer(tmp_path, monkeypatch):
    (tmp_path / "guest_echo.py").write_text(ECHO)
    monkeypatch.syspath_prepend(tmp_path)
    library = build_native(["guest_echo"], ["guest_echo:run"])
    room = 1 << 20
    for count, expected in (
        (5, 100),
        (room, 100),
        (room + 1, 200),
        (2 * room + 5, 300),
    ):
        channel = Counting()
        library.attach(channel)
        assert library.call("guest_echo:run", count) == expected
        assert channel.received == count
