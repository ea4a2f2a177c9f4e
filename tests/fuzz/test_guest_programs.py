"""Programs of the compiler's target: what is read back is what could have been made."""

import json

import pytest

from fuzz.strategies.guest_programs import is_statement, program
from fuzz.strategies.source import RandomSource
from fuzz.targets.compiler import CompilerTarget

FOREIGN = [
    "",
    "x",
    '    """',
    "    import os",
    "    pass\nimport os",
    "    return",
    "    __import__('os')",
    "    print(u8_0)",
    "    u8_0 = 'a'",
    "    u8_0 = lambda: 1",
    "    u8_0 = u8_0.__class__",
    "    u8_0 = U8.truncate(u32_0, wrap=U8)",
    "    u8_0 = [step1 for step1 in items]",
    "    while u8_0 > 3:\n        u8_1 = u8_0",
    "    while U8(1) > 0:\n        u8_0 = u8_0 >> 1",
]


def test_statements_that_are_made_are_known():
    statements = {row for seed in range(60) for row in program(RandomSource(seed))}
    assert len(statements) > 500
    assert all(map(is_statement, statements))


@pytest.mark.parametrize("text", FOREIGN)
def test_other_texts_are_not(text):
    assert not is_statement(text)
    with pytest.raises(ValueError, match="no program of this target"):
        CompilerTarget().decode(json.dumps(["    u8_0 = u8_1", text]).encode())
