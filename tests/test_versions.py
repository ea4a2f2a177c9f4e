"""Versions, instances and their builds: what each must keep."""

from dataclasses import replace
from pathlib import Path

import pytest

from differential.ethereum.lone import LONE_TRACED
from fuzz.targets.block_engines import SEARCH
from tests.guest.second_environment.build import VARIANT
from tests.support.interfaces import complaints, default_of
from tests.test_layers import MODULES, ROOT, imports
from zkos.compiler.emit import RV32
from zkos.compiler.frontend import check_program
from zkos.compiler.variant import PLAIN, TRACE
from zkos.guest.protocol import fork as forks
from zkos.guest.protocol.version import VERSION
from zkos.lang.linkage import Linkage, ModuleTable
from zkos.versions import (
    DEFAULT,
    INSTANCES,
    STANDARD,
    VERSIONS,
    Build,
    Fork,
    Instance,
    Protocol,
    UnknownVersion,
    protocol_of,
)

VERSION_MODULE = "zkos.guest.protocol.version"
FORK_MODULE = "zkos.guest.protocol.fork"
SEAMS = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "zkos" / "guest").rglob("*.pyi"))
]
BUILDS = [
    *(Build(protocol) for protocol in Protocol),
    *(Build(instance=Instance.ETHEREUM, fork=fork) for fork in Fork),
]


def bound() -> set[tuple[str, str]]:
    """Every module that stands behind a seam in some build, tests' and tools' too."""
    pairs = {(seam, default_of(seam)) for seam in SEAMS}
    for build in BUILDS:
        pairs.update(build.linked().bindings)
    for variant in (LONE_TRACED, SEARCH, VARIANT):
        pairs.update(variant.bindings)
    return pairs


@pytest.mark.parametrize(("seam", "module"), sorted(bound()))
def test_implementations_keep_their_interface(seam, module):
    assert complaints(seam, module) == []


@pytest.mark.parametrize(
    ("member", "other", "complaint"),
    [
        ("def leave(self, frame: Frame)", "def leave(self, frame: Exit)", "leave"),
        ("def leave(self, frame: Frame)", "def leave(self, it: Frame)", "leave"),
        ("def resume(", "def go_on(", "no Environments.resume"),
        ("class Environments", "class Environment", "no Environments"),
        ("from zkos.guest.system.calls import", "from tests.calls import", "Frame"),
    ],
)
def test_a_broken_interface_is_told(tmp_path, monkeypatch, member, other, complaint):
    text = Path(MODULES["zkos.guest.evm.environments"]).read_text()
    assert member in text
    (tmp_path / "guest_broken.py").write_text(text.replace(member, other))
    monkeypatch.syspath_prepend(tmp_path)

    told = complaints("zkos.guest.environments", "guest_broken")

    assert any(complaint in line for line in told), told


@pytest.mark.parametrize(
    "build",
    [
        *(replace(build, variant=TRACE) for build in BUILDS),
        # What these have in place of the trace is the same for all.
        *(Build(instance=instance) for instance in Instance),
        Build(instance=Instance.ETHEREUM, variant=LONE_TRACED),
    ],
    ids=str,
)
def test_builds_pass_the_checker(build):
    program = check_program([build.entry], [], RV32, build.main, build.linked())

    assert len(program.instances) > 100


def test_only_protocol_asks_for_the_version():
    askers = {
        name
        for name, path in MODULES.items()
        for imported, _ in imports(path)
        if imported.startswith((VERSION_MODULE, FORK_MODULE))
    }
    assert all(name.startswith("zkos.guest.protocol.") for name in askers), askers


def test_the_standard_build_is_the_source():
    assert STANDARD.linked() == PLAIN
    assert VERSIONS[DEFAULT].number == VERSION


@pytest.mark.parametrize("protocol", Protocol)
def test_every_version_and_instance_has_a_row(protocol):
    assert VERSIONS[protocol].number == int(protocol.value.removeprefix("v"))
    assert protocol_of(protocol.value) is protocol
    assert set(INSTANCES) == set(Instance)


@pytest.mark.parametrize("fork", Fork)
def test_every_fork_has_its_number(fork):
    linked = Build(instance=Instance.ETHEREUM, fork=fork).linked()

    assert getattr(forks, fork.name) == fork.number
    assert fork.number == ModuleTable(linked).load(FORK_MODULE).FORK


def test_an_unknown_version_is_one_line():
    with pytest.raises(UnknownVersion) as caught:
        protocol_of("v7")
    assert str(caught.value) == "no protocol version 'v7': there is v30, v31, v32"


def test_since_follows_the_version(tmp_path, monkeypatch):
    """`VERSION` is a constant like others: what is derived from it changes with it."""
    (tmp_path / "guest_prices.py").write_text(
        '"""Prices."""\n'
        "from typing import Final\n"
        f"from {VERSION_MODULE} import VERSION, since\n"
        "from zkos.lang.ints import U32\n"
        "STEP: Final = 20\n"
        "PRICE: Final = U32(STEP + since(VERSION, {29: 2300, 31: 4000}))\n"
        "PRICES: Final = (PRICE, U32(7))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    prices = {}
    for number in (29, 30, 31, 77):
        linkage = Linkage(overrides=((f"{VERSION_MODULE}:VERSION", number),))
        prices[number] = ModuleTable(linkage).load("guest_prices").PRICES[0]

    assert prices == {29: 2320, 30: 2320, 31: 4020, 77: 4020}
    early = ModuleTable(Linkage(overrides=((f"{VERSION_MODULE}:VERSION", 28),)))
    with pytest.raises(ValueError, match="no value for protocol version 28"):
        early.load("guest_prices")
