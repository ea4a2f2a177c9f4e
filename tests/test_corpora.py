"""The cases of `corpora` on all engines, through the pytest plugin."""

import json
import subprocess

import pytest

from differential.engines import parse_engines
from differential.plugin import check_case
from differential.session import Session, find_cases
from differential.workers import Limits
from tests.pins import CORPORA, PINS
from zkos.cases.assembler import assemble
from zkos.cases.loading import load_case
from zkos.host.case import parse_case
from zkos.host.case_writer import case_to_json
from zkos.host.profile import Profile, RunOptions

CASES = find_cases([CORPORA])
NAMES = [path.relative_to(CORPORA).as_posix() for path in CASES]
SMALL = (
    *("transfers", "storage/counter", "logs", "hooks/upgrade", "limits/pubdata"),
    *("protocols", "nodes/delegated"),
)
ON_CPYTHON = [name for name in NAMES if name.startswith(SMALL)]
LIMITS = Limits(300.0)
CONTRACTS = CORPORA / "contracts"


def session_of(*engines, options):
    parsed = parse_engines(engines)
    for engine in parsed:
        engine.prepare(lambda _: None)
    return Session(parsed, options, LIMITS)


@pytest.fixture(scope="module", params=list(Profile), ids=lambda item: item.value)
def compiled(request):
    options = RunOptions(request.param)
    with session_of("native", "riscv", options=options) as session:
        yield session


@pytest.fixture(scope="module")
def interpreted():
    with session_of("native", "cpython", options=RunOptions()) as session:
        yield session


@pytest.mark.native
@pytest.mark.riscv
@pytest.mark.parametrize("name", NAMES)
def test_case_is_equal_on_native_and_riscv(compiled, name):
    check_case(CORPORA / name, compiled)


@pytest.mark.cpython
@pytest.mark.parametrize("name", ON_CPYTHON)
def test_small_case_is_equal_on_native_and_cpython(interpreted, name):
    check_case(CORPORA / name, interpreted)


@pytest.mark.native
def test_public_inputs_are_as_pinned():
    pins = json.loads(PINS.read_text())
    found = {}
    with session_of("native", options=RunOptions()) as session:
        for result in session.run([CORPORA / name for name in pins]):
            if result.outcome.batch:
                continue
            name = result.path.relative_to(CORPORA).as_posix()
            public_input = result.outcome.engines["native"].public_input
            told = None if public_input is None else f"0x{public_input.hex()}"
            found.setdefault(name, {})[result.index] = told
    assert pins
    for name, inputs in pins.items():
        assert list(found[name].values()) == inputs, name


@pytest.mark.parametrize("source", CONTRACTS.glob("*.easm"), ids=lambda path: path.stem)
def test_bytecode_is_the_assembled_source(source):
    code = source.with_suffix(".hex").read_text().strip()
    assert f"0x{assemble(source.read_text()).hex()}" == code


@pytest.mark.parametrize("source", CONTRACTS.glob("*.vy"), ids=lambda path: path.stem)
def test_bytecode_is_the_compiled_source(source):
    pytest.importorskip("vyper")
    code = source.with_suffix(".hex").read_text().strip()
    options = ["--evm-version", "cancun", "--no-bytecode-metadata"]
    done = subprocess.run(
        ["vyper", *options, source.name],
        cwd=CONTRACTS,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == code


def test_every_contract_is_in_a_case():
    text = "".join(path.read_text() for path in CASES if path.suffix == ".json")
    for code in CONTRACTS.glob("*.hex"):
        assert code.read_text().strip().removeprefix("0x") in text, code.name


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".json")])
def test_case_is_read_and_written_without_loss(name):
    case = load_case(CORPORA / name)
    assert parse_case(case_to_json(case), name) == case


def test_every_case_is_listed_in_the_readme():
    readme = (CORPORA / "README.md").read_text()
    for name in NAMES:
        if name.startswith(("regressions/", "vectors/")):
            assert (CORPORA / name).with_name("README.md").is_file()
        else:
            assert f"`{name.removesuffix('.json')}`" in readme
