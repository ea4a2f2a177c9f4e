"""Contracts in Solidity and Vyper, compiled by what is on this machine.

Solidity by `solc` or `forge`, Vyper by `vyper`, each found on PATH. Bytecode and
assembly need none of them.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from zkos.host.case_reader import Node

SECONDS: Final = 120.0
_EVM: Final = "cancun"


@dataclass(frozen=True, slots=True)
class Compiled:
    """Initcode of a contract and the types its constructor takes."""

    initcode: bytes
    constructor: list[str]


def compile_solidity(name: str, source: str, folder: Path, place: Node) -> Compiled:
    """A contract of this name in a source; raises CaseError at `place`."""
    if shutil.which("solc"):
        return _solc(name, source, folder, place)
    if not shutil.which("forge"):
        place.fail("Solidity needs solc or forge on PATH; bytecode and assembly do not")
    return _forge(name, source, place)


def compile_vyper(name: str, source: str, place: Node) -> Compiled:
    """The contract of a Vyper source; raises CaseError at `place`."""
    program = shutil.which("vyper") or shutil.which("vyper", path=_beside_python())
    if program is None:
        place.fail("needs vyper on PATH: pip install 'zkos[vyper]'")
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "contract.vy"
        path.write_text(source, encoding="utf-8")
        command = [program, "--evm-version", _EVM, "-f", "bytecode,abi", str(path)]
        lines = _run(command, place, name).split("\n")
    code, abi = (line for line in lines if line.strip())
    return _compiled(code, json.loads(abi), place)


def _solc(name: str, source: str, folder: Path, place: Node) -> Compiled:
    wanted = {"*": {"*": ["abi", "evm.bytecode.object"]}}
    request = {
        "language": "Solidity",
        "sources": {f"{name}.sol": {"content": source}},
        "settings": {"outputSelection": wanted, "evmVersion": _EVM},
    }
    command = ["solc", "--standard-json", "--base-path", str(folder)]
    answer = _json(_run(command, place, name, json.dumps(request)), place)
    for error in answer.get("errors", ()):
        if error.get("severity") == "error":
            place.fail(f"solc: {_line(error.get('message', 'no reason given'))}")
    contracts = answer.get("contracts", {}).values()
    found = next((item[name] for item in contracts if name in item), None)
    if found is None:
        place.fail(f"the source has no contract {name}")
    return _compiled(found["evm"]["bytecode"]["object"], found["abi"], place)


def _forge(name: str, source: str, place: Node) -> Compiled:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "src").mkdir()
        (folder / "src" / f"{name}.sol").write_text(source, encoding="utf-8")
        (folder / "foundry.toml").write_text(f"[profile.default]\nevm_version='{_EVM}'")
        _run(["forge", "build", "--root", temporary], place, name)
        artifact = folder / "out" / f"{name}.sol" / f"{name}.json"
        if not artifact.is_file():
            place.fail(f"the source has no contract {name}")
        found = _json(artifact.read_text(), place)
    return _compiled(found["bytecode"]["object"], found["abi"], place)


def _compiled(code: str, abi: list[dict[str, Any]], place: Node) -> Compiled:
    digits = code.strip().removeprefix("0x")
    if not digits:
        place.fail("the contract is abstract: it has no code")
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2})+", digits):
        place.fail("the contract needs libraries, which are not linked")
    inputs = next((item["inputs"] for item in abi if item["type"] == "constructor"), ())
    return Compiled(bytes.fromhex(digits), [_type(item) for item in inputs])


def _type(item: dict[str, Any]) -> str:
    """A type of the JSON ABI as a signature has it."""
    name: str = item["type"]
    if not name.startswith("tuple"):
        return name
    inside = ",".join(_type(part) for part in item["components"])
    return f"({inside}){name.removeprefix('tuple')}"


def _run(command: list[str], place: Node, name: str, given: str = "") -> str:
    """What a compiler prints; raises CaseError with its first line of complaint."""
    program = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        place.fail(f"{program} took more than {SECONDS:g} s for {name}")
    except OSError as error:
        place.fail(f"{program}: {error.strerror}")
    if done.returncode:
        complaint = done.stderr or done.stdout or f"ended with {done.returncode}"
        place.fail(f"{program}: {_line(complaint)}")
    return done.stdout


def _json(text: str, place: Node) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        place.fail(f"the compiler answered no JSON: {_line(text)}")


def _line(text: str) -> str:
    """The first line of a foreign text that says something, printable."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = next((item for item in lines if "rror" in item), (lines or [""])[0])
    return "".join(letter if letter.isprintable() else "?" for letter in line[:200])


def _beside_python() -> str:
    return str(Path(sys.executable).parent)
