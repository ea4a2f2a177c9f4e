"""Scenarios: those of the repository have the verdict they declare; bad ones fail."""

import io
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.support import zkos_here
from zkos.cases import loading
from zkos.cases.accounts import address_of
from zkos.cases.loading import load_case, load_scenario
from zkos.cases.scenarios.arguments import calldata
from zkos.cases.scenarios.sources import compile_solidity, compile_vyper
from zkos.host.case_errors import CaseError
from zkos.host.case_reader import Node

pytest.importorskip("yaml")
pytest.importorskip("eth_abi")

SCENARIOS = Path(__file__).resolve().parents[2] / "corpora" / "scenarios"
FILES = sorted(
    path.relative_to(SCENARIOS).as_posix()
    for path in SCENARIOS.rglob("*")
    if path.suffix in (".yaml", ".json")
)
EXIT_CODES = {"match": 0, "divergence": 1}
STEP = "{type: send_raw, from: alice, to: bob}"
SMALL = f"accounts: {{bob: {{balance: 1}}}}\nsteps: [{STEP}]\n"


def node(value):
    return Node("test", "place", value)


def write(tmp_path, text, name="small.yaml"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_there_are_as_many_as_promised():
    assert sum(name.startswith("validator/") for name in FILES) == 6
    assert len(FILES) >= 20


@pytest.mark.native
@pytest.mark.parametrize("name", FILES)
def test_verdict_is_the_declared_one(name):
    declared = load_scenario(SCENARIOS / name).expect
    done = zkos_here("scenario", "--json", SCENARIOS / name)

    report = json.loads(done.stdout)
    assert report["status"] == declared
    assert "broken" not in report
    assert done.returncode == EXIT_CODES[declared]
    assert len(report["steps"]) == len(load_scenario(SCENARIOS / name).steps)


def test_yaml_and_json_are_the_same_scenario():
    cases = [
        load_case(SCENARIOS / "validator" / f"solidity.{x}") for x in ("yaml", "json")
    ]
    assert cases[0] == cases[1]


@pytest.mark.native
def test_declaration_that_did_not_happen_is_told(tmp_path):
    text = SMALL.replace("to: bob}", "to: bob, expect: reverted}")
    done = zkos_here("scenario", write(tmp_path, text))
    assert done.returncode == 1
    assert "steps[0]: expected reverted, found success" in done.stdout
    done = zkos_here("scenario", write(tmp_path, SMALL + "expect: divergence\n"))
    assert done.returncode == 1
    assert "expected divergence, found match" in done.stdout


@pytest.mark.native
def test_what_is_not_compared_is_no_match(tmp_path):
    path = write(tmp_path, SMALL + "profile: production\n")
    done = zkos_here("scenario", path, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"].startswith("only one engine has an answer")


def test_bad_scenario_is_a_report_with_json(tmp_path):
    done = zkos_here("scenario", "--json", write(tmp_path, "steps: 7\n"))
    assert done.returncode == 2
    assert json.loads(done.stdout) == {
        "status": "error",
        "steps": [],
        "error": f"{tmp_path}/small.yaml: steps: expected a list, found a number",
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("accounts: {}", "field block is missing"),
        ("steps: []\nblocks: []", "needs either steps or blocks"),
        ("blocks: []", "blocks: no block"),
        ("blocks: [{block: {}}]", r"blocks\[0\]: field steps is missing"),
        ("steps: [{}]", r"steps\[0\]: field type is missing"),
        ("steps: [{type: jump, from: alice}]", "type: expected one of deploy, call"),
        ("steps: [{type: call, from: alice}]", "field to is missing"),
        ("steps: [{type: send_raw}]", "field from is missing"),
        ("steps: [{type: send_raw, from: 0x12}]", "senders are named"),
        ("steps: [{type: send_raw, from: a, to: who}]", "neither a contract"),
        ("steps: [{type: send_raw, from: a, to: '$deployed:0'}]", "no deployment 0"),
        ("steps: [{type: send_raw, from: a, to: '$deployed:x'}]", "not a number"),
        ("steps: [{type: deploy, from: a, contract: X}]", "no contract 'X'"),
        ("steps: [{type: send_raw, from: a, data: 0x1}]", "odd number of hex digits"),
        ("steps: [{type: signed, data: zz}]", "not hex"),
        ("steps: []\nexpect: maybe", "expect: expected one of match, divergence"),
        ("steps: []\nprofile: fast", "profile: expected one of production, replay"),
        ("steps: []\ncolour: red", "colour: unknown field"),
        ("steps: []\naccounts: {a b: {}}", "not a name"),
        ("steps: []\naccounts: {a: {balance: -1}}", "negative number"),
        ("steps: []\naccounts: {a: {balance: 1.5}}", "not a number"),
        (f"steps: []\naccounts: {{a: {{private_key: '0x{0:064}'}}}}", "not a private"),
        ("steps: []\ncontracts: {C: {}}", "needs one of source, file, vyper"),
        ("steps: []\ncontracts: {C: {bytecode: 0x00}}", "bytecode needs an address"),
        ("steps: []\ncontracts: {C: {assembly: HALT}}", "no opcode is called HALT"),
        ("steps: []\ncontracts: {C: {file: none.sol}}", "none.sol: cannot be read"),
        ("steps: []\nsteps: []", "field 'steps' given twice at line 2"),
        ("steps: &a [*a]", "not YAML: an alias|found undefined alias"),
        ("a: &a []\nsteps: [*a, *a]", "an alias at line 1"),
        ("steps: [", "not YAML: .* at line 1"),
        ("? [a]\n: 1", "a name that is no text at line 1"),
        ("[" * 5000, "nested too deeply"),
        ("--- 1\n--- 2\n", "not YAML"),
        ("", "expected an object, found null"),
    ],
)
def test_bad_scenario_is_one_line(tmp_path, text, reason):
    with pytest.raises(CaseError, match=reason) as caught:
        load_case(write(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_case_is_no_scenario(tmp_path):
    path = write(tmp_path, '{"block": {}}', "case.json")
    with pytest.raises(CaseError, match="not a scenario"):
        load_scenario(path)


@pytest.mark.parametrize(
    ("content", "command"),
    [
        ({"result": {"parentHash": "0x", "stateRoot": "0x"}}, "corpus import"),
        ({"parentHash": "0x", "stateRoot": "0x"}, "corpus import"),
        ({"name": {"pre": {}, "post": {}, "env": {}}}, "zkos statetest"),
        ({"name": {"pre": {}, "blocks": []}}, "zkos blocktest"),
    ],
)
def test_other_files_are_told_apart(tmp_path, content, command):
    path = write(tmp_path, json.dumps(content), "other.json")
    with pytest.raises(CaseError, match=f"not a case but .*{command}"):
        load_case(path)


@pytest.mark.parametrize("text", [SMALL, '{"block": {"timestamp": 7}}'])
def test_standard_input_is_a_case_too(monkeypatch, tmp_path, text):
    loading._standard_input.cache_clear()
    stream = SimpleNamespace(buffer=io.BytesIO(text.encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert load_case(Path("-")) == load_case(write(tmp_path, text))
    assert load_case(Path("-")) == load_case(write(tmp_path, text))  # read once
    loading._standard_input.cache_clear()


@pytest.mark.parametrize(
    ("function", "arguments", "encoded"),
    [
        ("f()", None, "26121ff0"),
        ("transfer(address to, uint amount)", ["alice", "0x2"],
         "a9059cbb" + f"{address_of('alice'):064x}" + f"{2:064x}"),
        ("setApprovalForAll(address operator,bool)", ["bob", True],
         "a22cb465" + f"{address_of('bob'):064x}" + f"{1:064x}"),
        ("function supportsInterface(bytes4 id) view returns (bool)", ["01ffc9a7"],
         "01ffc9a7" + "01ffc9a7".ljust(64, "0")),
        ("swap(address,bool,int256,uint160,bytes)", ["bob", False, -1, 1, "0x"],
         "128acb08" + f"{address_of('bob'):064x}" + "0" * 64 + "ff" * 32
         + f"{1:064x}" + f"{160:064x}" + "0" * 64),
    ],
)  # fmt: skip
def test_calldata_is_solidity_s(function, arguments, encoded):
    given = None if arguments is None else node(arguments)
    found = calldata(node(function), given, lambda item: address_of(item.text()))
    assert found.hex() == encoded


@pytest.mark.parametrize(
    ("function", "arguments", "reason"),
    [
        ("f", [], "not a function signature"),
        ("f(", [], "not a function signature"),
        ("f(uint7)", [1], "no type is called 'uint7'"),
        ("f(what)", [1], "no type is called 'what'"),
        ("f(uint8)", [], "expected 1 arguments, got 0"),
        ("f(uint8)", [256], "more than 8 bits"),
        ("f(int8)", [200], "cannot be encoded .* 8 bits"),
        ("f(bool)", [1], "expected true or false"),
        ("f(bytes2)", ["0x01"], "1 bytes, expected 2"),
        ("f((uint8,uint8))", [[1]], "1 values, the tuple has 2"),
        ("f(uint8[2])", [[1]], "1 items when 2 were expected"),
    ],
)
def test_bad_arguments_are_one_line(function, arguments, reason):
    with pytest.raises(CaseError, match=reason):
        calldata(node(function), node(arguments), lambda _: 0)


def fake(folder, name, script):
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(0o755)


ABI = [{"type": "constructor", "inputs": [{"type": "uint256"}]}]


def test_solidity_is_compiled_by_what_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CaseError, match="needs solc or forge on PATH"):
        compile_solidity("C", "contract C {}", tmp_path, node(""))

    artifact = {"bytecode": {"object": "0x6001"}, "abi": ABI}
    fake(
        tmp_path,
        "forge",
        f"""
import pathlib, sys
out = pathlib.Path(sys.argv[sys.argv.index("--root") + 1]) / "out" / "C.sol"
out.mkdir(parents=True)
(out / "C.json").write_text({json.dumps(artifact)!r})
""",
    )
    made = compile_solidity("C", "contract C {}", tmp_path, node(""))
    assert (made.initcode, made.constructor) == (b"\x60\x01", ["uint256"])

    answer = {"contracts": {"C.sol": {"C": {
        "abi": ABI, "evm": {"bytecode": {"object": "6002"}}}}}}  # fmt: skip
    fake(tmp_path, "solc", f"print({json.dumps(answer)!r})")
    assert compile_solidity("C", "", tmp_path, node("")).initcode == b"\x60\x02"
    with pytest.raises(CaseError, match="the source has no contract D"):
        compile_solidity("D", "", tmp_path, node(""))


def test_complaint_of_a_compiler_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    errors = {"errors": [{"severity": "error", "message": "Expected ;\n  there"}]}
    fake(tmp_path, "solc", f"print({json.dumps(errors)!r})")
    with pytest.raises(CaseError, match=r"solc: Expected ;$"):
        compile_solidity("C", "", tmp_path, node(""))
    fake(tmp_path, "vyper", "raise SystemExit('Error: line 1')")
    with pytest.raises(CaseError, match="vyper: Error: line 1"):
        compile_vyper("C", "", node(""))


def test_vyper_is_compiled(tmp_path, monkeypatch):
    fake(tmp_path, "vyper", f"print('0x6003'); print({json.dumps(ABI)!r})")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    made = compile_vyper("C", "x: uint256", node(""))
    assert (made.initcode, made.constructor) == (b"\x60\x03", ["uint256"])
