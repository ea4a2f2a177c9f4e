"""Seams: nobody goes round one, and no version of the guest grows a cycle by them."""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.support.interfaces import default_of
from tests.test_layers import ALLOWED, MODULES, below, cycle_in, imports, layer_of
from tests.test_versions import BUILDS, FORK_MODULE, SEAMS, VERSION_MODULE, bound
from zkos.lang.linkage import ModuleTable
from zkos.versions import INSTANCES, VERSIONS, Build

GUEST = {name: path for name, path in MODULES.items() if below(name, "zkos.guest")}
PROTOCOL = "zkos.guest.protocol"
OF_VERSIONS = ("VERSION", "FORK", "since")
ASKED = (VERSION_MODULE, FORK_MODULE)
Graph = dict[str, set[str]]


def graph() -> Graph:
    """What each module of the guest imports of the guest."""
    return {
        name: {imported for imported, _ in imports(path)}
        for name, path in GUEST.items()
    }


def detours(
    importing: Graph,
    pairs: Iterable[tuple[str, str]],
    builds: Iterable[tuple[str, Mapping[str, str]]] = (),
) -> set[tuple[str, str]]:
    """Imports of what stands behind a seam that do not go through it.

    What stands behind the same seam may build on it, itself or in a module that nobody
    else uses. A module that is only in `builds` (entry and bindings) which bind what it
    imports knows it: their seam has no other side.
    """
    behind: dict[str, set[str]] = {}
    for seam, module in pairs:
        behind.setdefault(module, set()).add(seam)
    reaching = [(reached(linked(importing, of), entry), of) for entry, of in builds]

    def seams_of(name: str) -> set[str]:
        if name in behind:
            return behind[name]
        users = [user for user, found in importing.items() if name in found]
        known = [behind.get(user, set()) for user in users]
        return set.intersection(*known) if known else set()

    def is_known(name: str, imported: str) -> bool:
        having = [bindings for modules, bindings in reaching if name in modules]
        return bool(having) and all(imported in each.values() for each in having)

    return {
        (name, imported)
        for name, found in importing.items()
        for imported in found
        if imported in behind
        and name not in behind[imported]
        and not behind[imported] & seams_of(name)
        and not is_known(name, imported)
    }


def linked(importing: Graph, bindings: Mapping[str, str]) -> Graph:
    """The graph of a build: each seam imports what is bound to it."""
    return {
        name: {bindings[name]} if name in bindings else found
        for name, found in importing.items()
    }


def reached(importing: Graph, start: str) -> set[str]:
    """All modules a build is made of."""
    found, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in found and name in importing:
            found.add(name)
            waiting += importing[name]
    return found


def names_of_versions(text: str) -> list[str]:
    """What a module takes from elsewhere to ask for the version itself."""
    return [
        alias.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in OF_VERSIONS or node.module in ASKED
    ]


def test_nobody_goes_round_a_seam():
    builds = [(build.entry, dict(build.linked().bindings)) for build in BUILDS]
    assert detours(graph(), bound(), builds) == set()


def test_a_detour_is_told():
    pairs = [("seam", "default"), ("seam", "other"), ("door", "room")]
    importing = {
        "seam": {"default"},
        "other": {"default", "helper"},
        "helper": {"default"},
        "room": {"other"},
        "user": {"seam", "default", "loose"},
        "loose": {"default"},
    }
    expected = {("user", "default"), ("room", "other"), ("loose", "default")}
    assert detours(importing, pairs) == expected


def test_a_build_knows_what_it_binds_and_no_other_does():
    pairs = [("seam", "default"), ("seam", "other")]
    importing = {
        "seam": {"default"},
        "first": {"seam", "shared"},
        "second": {"seam", "shared", "own"},
        "own": {"other"},
        "shared": set(),
        "default": set(),
        "other": set(),
    }
    builds = [("first", {}), ("second", {"seam": "other"})]
    assert detours(importing, pairs, builds) == set()
    importing["shared"] = {"other"}
    assert detours(importing, pairs, builds) == {("shared", "other")}
    importing["shared"] = {"default"}
    assert detours(importing, pairs, builds) == {("shared", "default")}


@pytest.mark.parametrize("build", BUILDS, ids=str)
def test_seams_make_no_cycle(build: Build):
    bindings = dict(build.linked().bindings)
    assert cycle_in(linked(graph(), bindings)) is None


def test_a_cycle_through_a_seam_is_told():
    importing = {"user": {"seam"}, "seam": {"default"}, "other": {"user"}}
    assert cycle_in(importing) is None
    cycle = cycle_in(linked(importing, {"seam": "other"}))
    assert cycle is not None
    assert set(cycle) == {"user", "seam", "other"}


def test_every_module_of_the_guest_is_in_some_build():
    """Tracing builds are the versions' with one more binding."""
    whole = graph()
    used = {
        name
        for build in BUILDS
        for name in reached(whole_of(build, whole), build.entry)
    }
    used |= {module for _, module in bound()}
    packages = {name for name, path in GUEST.items() if path.name == "__init__.py"}
    unused = set(GUEST) - used - packages
    reachable = {name for module in used for name in reached(whole, module)}
    assert unused - reachable == set()


def whole_of(build: Build, whole: Graph) -> Graph:
    return linked(whole, dict(build.linked().bindings))


def test_bindings_bind_seams_to_what_is_not_their_default():
    """Of two for one seam the last counts: versions build on those before."""
    tables = [version.bindings for version in VERSIONS.values()]
    for bindings in (*tables, *INSTANCES.values()):
        chosen = dict(bindings)
        assert set(chosen) <= set(SEAMS)
        for seam, module in chosen.items():
            assert module in GUEST
            assert module != default_of(seam)


def test_a_module_stands_behind_one_seam():
    pairs = bound()
    assert len({module for _, module in pairs}) == len(pairs)


@pytest.mark.parametrize("build", BUILDS, ids=str)
def test_builds_load_under_cpython(build: Build):
    """And what users of a seam find there is what is bound."""
    variant = build.linked()
    table = ModuleTable(variant)
    assert callable(table.load(build.entry).main)
    for seam, module in dict(variant.bindings).items():
        assert table.load(seam).__name__ == module


@pytest.mark.parametrize("seam", SEAMS)
def test_interfaces_import_what_their_package_may(seam: str):
    package = layer_of(seam.rpartition(".")[0])
    layer = layer_of(seam)
    assert package is not None
    assert layer is not None
    allowed = ALLOWED[package] | ALLOWED[layer]
    for imported, line in imports(MODULES[seam].with_suffix(".pyi")):
        assert any(below(imported, other) for other in allowed), (
            f"{seam}.pyi:{line} imports {imported}"
        )


@pytest.mark.parametrize("suffix", [".py", ".pyi"])
def test_nothing_of_versions_is_passed_on_by_protocol(suffix: str):
    asking = {
        name: names_of_versions(file.read_text())
        for name, path in GUEST.items()
        if not below(name, PROTOCOL)
        for file in [path.with_suffix(suffix)]
        if file.is_file()
    }
    assert asking
    assert {name for name, found in asking.items() if found} == set()


def test_who_asks_for_the_version_is_told(tmp_path: Path):
    assert names_of_versions(f"from {VERSION_MODULE} import NUMBER") == ["NUMBER"]
    assert names_of_versions(f"from {PROTOCOL}.gas import since") == ["since"]
    assert names_of_versions(f"from {PROTOCOL}.gas import GAS_LOW") == []
