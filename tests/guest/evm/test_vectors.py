"""Two-operand opcodes against published results."""

import gzip
import json
from pathlib import Path

import pytest

from tests.guest.evm.support import execute
from tests.guest.objects import OBJECTS

GUEST = OBJECTS
pytestmark = pytest.mark.usefixtures("target")

OPCODES = {
    "add": 0x01,
    "mul": 0x02,
    "sub": 0x03,
    "div": 0x04,
    "sdiv": 0x05,
    "mod": 0x06,
    "smod": 0x07,
    "exp": 0x0A,
    "signext": 0x0B,
    "lt": 0x10,
    "gt": 0x11,
    "slt": 0x12,
    "sgt": 0x13,
    "eq": 0x14,
    "and": 0x16,
    "or": 0x17,
    "xor": 0x18,
    "byte": 0x1A,
    "shl": 0x1B,
    "shr": 0x1C,
    "sar": 0x1D,
}


@pytest.mark.parametrize("name", OPCODES)
def test_opcode_gives_published_results(name: str, shared: Path) -> None:
    folder = shared / "fixtures" / "opcode_vectors"
    with gzip.open(folder / f"testcases_{name}.json.gz") as file:
        cases = json.load(file)
    assert len(cases) == 81
    for case in cases:
        x, y = int(case["X"], 16), int(case["Y"], 16)
        run = execute(bytes([OPCODES[name]]), stack=(y, x))
        assert run.stack == [int(case["Expected"], 16)], case


def test_every_published_file_is_used(shared: Path) -> None:
    files = (shared / "fixtures" / "opcode_vectors").glob("testcases_*.json.gz")
    names = {file.name.removesuffix(".json.gz")[len("testcases_") :] for file in files}
    assert names == set(OPCODES)
