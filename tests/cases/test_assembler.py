"""The assembler: widths, labels, and what is refused."""

import pytest

from zkos.cases.assembler import AssemblyError, assemble, creation_code


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("PUSH0 STOP", "5f00"),
        ("PUSH 0x0102 POP", "61010250"),
        ("PUSH 0 PUSH 256", "6000610100"),
        ("PUSH4 0x01 ; four bytes", "6300000001"),
        ("PUSH @end JUMP end: STOP", "610004565b00"),
        ("PUSH1 @end JUMP\nend:", "6003565b"),
        ("start: PUSH @start JUMP", "5b61000056"),
        ("", ""),
    ],
)
def test_source_is_assembled(source, code):
    assert assemble(source).hex() == code


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("STOP\nHALT", "line 2: no opcode is called HALT"),
        ("PUSH", "line 1: nothing is no number of 1 to 32 bytes"),
        ("PUSH 0x1", "line 1: 0x1 is no number of 1 to 32 bytes"),
        ("PUSH 0x" + "11" * 33, "is no number of 1 to 32 bytes"),
        ("PUSH -1", "line 1: -1 is no number of 1 to 32 bytes"),
        ("PUSH1 256", "line 1: 256 does not fit PUSH1"),
        ("PUSH @there", "line 1: no label there"),
        ("a: a:", "line 1: label a: given twice"),
        ("STOP " * 256 + "far: PUSH1 @far", "label far is too far away"),
    ],
)
def test_what_is_no_source_is_named(source, reason):
    with pytest.raises(AssemblyError, match=reason):
        assemble(source)


@pytest.mark.parametrize("length", [0, 1, 300])
def test_creation_code_ends_with_the_runtime(length):
    runtime = bytes([0x5B] * length)
    code = creation_code(runtime)
    start = len(code) - length
    assert code[start:] == runtime
    assert f"61{length:04x}61{start:04x}5f39" in code.hex()
