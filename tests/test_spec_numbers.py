"""The numbers of the specification: those of the code, and right where they follow."""

from hashlib import blake2s

import pytest
from Crypto.Hash import keccak

from tests.specification import SPEC, table
from zkos.guest.protocol import evm_native, queries, quirks


def test_every_quirk_is_explained():
    rows = {row[1].strip("`"): int(row[0]) for row in table("faults", "## 1.")}
    assert rows == {
        name: int(value)
        for name, value in vars(quirks).items()
        if name.startswith("QUIRK_")
    }
    assert sum(rows.values()) == int(quirks.QUIRKS_UPSTREAM)


def test_queries_are_the_code_s():
    numbered = {int(row[0], 16) for row in table("oracle", "## 1.")}
    numbered.remove(0xFFFF_FFFF)  # UART: a message, no question
    numbered.add(int(queries.QUERY_CONFIGURATION))  # since v32, and in its page
    later = (SPEC.parent / "v32" / "changes.md").read_text()
    assert f"{int(queries.QUERY_CONFIGURATION):#x}" in later
    assert numbered == {
        int(value) for name, value in vars(queries).items() if name.startswith("QUERY_")
    }


def opcode_prices() -> dict[str, int]:
    """The native price of each opcode whose row has one number for it."""
    prices: dict[str, int] = {}
    for names, _gas, native, *_note in table("evm", "## 2."):
        for name in names.split(", "):
            if native.isdigit() and len(name.split()) == 2:
                prices[name.split()[1]] = int(native)
    text = (SPEC / "evm.md").read_text()
    pushes = text[text.index("PUSHn native, n = 1..32: ") :].split(": ")[1]
    for count, price in enumerate(pushes.split(".")[0].split(), 1):
        prices[f"PUSH{count}"] = int(price)
    return prices


def test_native_prices_of_opcodes_are_the_code_s():
    code = {
        name.removeprefix("NATIVE_"): int(value) - evm_native.STEP
        for name, value in vars(evm_native).items()
        if name.startswith("NATIVE_") and not isinstance(value, tuple)
    }
    code |= {
        f"PUSH{count}": int(value) - evm_native.STEP
        for count, value in enumerate(evm_native.NATIVE_PUSH, 1)
    }
    spec = opcode_prices()
    both = (spec.keys() & code.keys()) - {"KECCAK256", "MCOPY", "EXP"}  # pop first
    assert len(both) > 70
    assert {name: spec[name] for name in both} == {name: code[name] for name in both}


def b2s(data: bytes) -> str:
    return blake2s(data).hexdigest()


def k256(data: bytes) -> str:
    return keccak.new(digest_bits=256, data=data).hexdigest()


def pair(left: str, right: str) -> str:
    return b2s(bytes.fromhex(left + right))


def leaf(key: bytes, following: int) -> str:
    return b2s(key + bytes(32) + following.to_bytes(8, "little"))


def test_digests_of_the_state_page_are_right():
    text = (SPEC / "state.md").read_text()
    empty = [leaf(bytes(32), 0)]
    root = pair(leaf(bytes(32), 1), leaf(b"\xff" * 32, 1))
    for _ in range(63):
        empty.append(pair(empty[-1], empty[-1]))
        root = pair(root, empty[-1])
    logs = [k256(bytes(88))]
    for _ in range(14):
        logs.append(k256(bytes.fromhex(logs[-1]) * 2))
    stated = {
        "E[0]": empty[0],
        "E[1]": empty[1],
        "root": root,
        "Z[0]": logs[0],
        "Z[14]": logs[14],
        'b2s("")': b2s(b""),
        'k256("")': k256(b""),
    }
    for name, digest in stated.items():
        assert f"{name} = `{digest}`" in text or f"{name} = {digest}" in text, name
    assert f"`{b2s(bytes(124))}`" in text
    assert f"`{k256(bytes([0xC0]))}`" in text  # of no ommers


def jump_map(code: bytes) -> bytes:
    found = bytearray(8 * -(-len(code) // 64))
    at = 0
    while at < len(code):
        if code[at] == 0x5B:
            found[at // 8] |= 1 << at % 8
        at += 1 + (code[at] - 0x5F if 0x60 <= code[at] <= 0x7F else 0)
    return bytes(found)


def test_stored_codes_of_the_system_page_are_right():
    text = " ".join((SPEC / "system.md").read_text().split())
    for code in ("5b605b5b", "60006000f3"):
        plain = bytes.fromhex(code)
        stored = plain + bytes(-len(plain) % 8) + jump_map(plain)
        assert f"code 0x{code}: stored {stored.hex()}, hash {b2s(stored)}" in text
    designation = bytes.fromhex("ef0100") + (0x0102).to_bytes(20, "big") + bytes(1)
    assert b2s(designation) in text


@pytest.mark.parametrize(
    "signature",
    [
        "sendToL1(bytes)",
        "withdraw(address)",
        "withdrawWithMessage(address,bytes)",
        "setBytecodeDetailsEVM(address,bytes32,uint32,bytes32)",
    ],
)
def test_selectors_of_the_system_page_are_right(signature):
    text = (SPEC / "system.md").read_text()
    assert f"`{signature}` {k256(signature.encode())[:8]}" in text


def keccak_price(length: int) -> int:
    return 2500 + 17500 * max(1, -(-length // 136))


def test_worked_examples_of_the_bootloader_page_add_up():
    text = " ".join((SPEC / "bootloader.md").read_text().split())
    absent, existing, touch = 4000 + 4000 + 242240, 4000 + 4000 + 121120 + 1980, 4000
    update = touch + 1000
    transfer = 30000 + existing + 2 * keccak_price(136) + touch + 522000
    transfer += 2 * update + touch + absent + touch + 2 * update
    assert f"**{transfer}**" in text
    priority = 130000 + keccak_price(32 + 768) + absent + 1000 + touch
    priority += absent + touch + 2 * update
    assert f"**{priority}**" in text
    authorization = keccak_price(60) + 522000 + existing + 26640 + update
    assert f"= {authorization} for a cold existing authority" in text
