"""What is imported is declared, what is declared is explained, what lacks is named."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.test_layers import MODULES, PACKAGES

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
OTHER_NAMES = {
    "Crypto": "pycryptodome",
    "elftools": "pyelftools",
    "eth": "py-evm",
    "ethereum": "ethereum-execution",
    "yaml": "pyyaml",
}
"""Packages whose module is called otherwise."""
BROUGHT = {
    "eth_bloom": "py-evm",
    "eth_utils": "py-evm",
    "trie": "py-evm",
    "ethereum_rlp": "ethereum-execution",
    "ethereum_types": "ethereum-execution",
    "ethereum_spec_tools": "ethereum-execution",
    "pytest": "zkos[test]",  # who has the plugin run has pytest
}
"""Packages that come with another one of which they are a part."""


def name_of(requirement):
    return re.match(r"[\w.-]+", requirement)[0].replace("_", "-").lower()


BASE = {name_of(item) for item in PROJECT["dependencies"]}
OPTIONAL = {name_of(item) for extra in EXTRAS.values() for item in extra} - {"zkos"}


def foreign_imports():
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [item.name for item in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in PACKAGES:
                    yield module, top


def test_what_is_imported_is_declared():
    for module, top in foreign_imports():
        if top in BROUGHT:
            continue
        name = OTHER_NAMES.get(top, top).replace("_", "-").lower()
        assert name in BASE | OPTIONAL, f"{module} imports {top}"


def test_fuzzing_and_tests_have_all_that_others_have():
    assert "zkos[fuzz]" in EXTRAS["test"]
    assert "zkos[eels]" in EXTRAS["fuzz"]
    fuzz = {name_of(item) for item in EXTRAS["fuzz"]}
    assert {"atheris", "unicorn", "hypothesis"} <= fuzz


def test_the_readme_says_what_each_dependency_is_for():
    text = (ROOT / "README.md").read_text()
    section = text.partition("## Dependencies")[2].partition("\n## ")[0]
    told = {
        name.replace("_", "-").lower() for name in re.findall(r"`([\w.-]+)`", section)
    }
    assert told >= BASE
    assert told >= OPTIONAL


WITHOUT = """
import sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {lacks!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Without())
sys.argv = ["zkos", *{words!r}]
{start}
"""
COMMAND = "from zkos.cli import main; main()"
DRIVER = "from fuzz.targets.atheris_driver import main; main('hashes', [])"


@pytest.mark.parametrize(
    ("lacks", "words", "start", "extra"),
    [
        (("unicorn",), ["fuzz", "run", "machine", "-C", "none"], COMMAND, "fuzz"),
        (("unicorn",), ["corpus", "min", ".", "-t", "machine"], COMMAND, "fuzz"),
        (("atheris",), [], DRIVER, "fuzz"),
        (("ethereum",), ["run", "x.json", "-e", "eels"], COMMAND, "eels"),
        (("rocksdict",), ["corpus", "import", "--node", ".", "o"], COMMAND, "node"),
    ],
)
def test_a_missing_extra_is_named(lacks, words, start, extra, tmp_path):
    program = WITHOUT.format(lacks=lacks, words=words, start=start)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.endswith(f"needs the package {lacks[0]}: pip install 'zkos[{extra}]'")


def test_targets_that_lack_something_are_listed_with_it(tmp_path):
    words = ["fuzz", "targets"]
    program = WITHOUT.format(lacks=("unicorn",), words=words, start=COMMAND)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "target machine needs the package unicorn" in done.stdout
