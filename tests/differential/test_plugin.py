"""The pytest plugin in a user's own repository."""

import subprocess
import sys

import pytest

from tests.pins import CORPORA

CASE = CORPORA / "transfers" / "self_and_zero.json"
ROOT = CORPORA.parent


def run_pytest(folder, *options, path=str(ROOT)):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": path}
        | _cache(),
    )


def _cache():
    from zkos.compiler.cache_folder import folder

    return {"ZKOS_CACHE": str(folder())}


def test_cases_become_items(tmp_path):
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "mine.json").write_text(CASE.read_text())
    (cases / "expected.json").write_text("{}")
    done = run_pytest(tmp_path, "--cases", "cases", "--engine", "native", "-v")
    assert done.returncode == 0, done.stdout
    assert "cases/mine.json::mine PASSED" in done.stdout
    assert "1 passed" in done.stdout


def test_failure_is_the_first_difference_and_no_traceback(tmp_path):
    (tmp_path / "mine.json").write_text(CASE.read_text())
    engine = "module=tests.differential.engines.generous"
    options = ["--engine", "native", "--engine", engine]
    done = run_pytest(tmp_path, "--cases", "mine.json", *options)
    assert done.returncode == 1
    assert "first difference: gas_used at transactions[0]" in done.stdout
    assert "last agreement" in done.stdout
    assert "Traceback" not in done.stdout
    assert "CaseFailure" not in done.stdout


def test_bad_case_is_named(tmp_path):
    (tmp_path / "mine.json").write_text("{")
    done = run_pytest(tmp_path, "--cases", "mine.json", "--engine", "native")
    assert done.returncode == 1
    assert "not JSON" in done.stdout


def test_unknown_engine_is_a_usage_error(tmp_path):
    (tmp_path / "mine.json").write_text(CASE.read_text())
    done = run_pytest(tmp_path, "--cases", "mine.json", "--engine", "geth")
    assert "no engine is called 'geth'" in done.stderr
    assert done.returncode == pytest.ExitCode.USAGE_ERROR


def test_case_only_one_engine_can_answer_is_skipped(tmp_path):
    (tmp_path / "mine.json").write_text(CASE.read_text())
    options = ["--engine", "native", "--engine", "py_evm", "-rs"]
    done = run_pytest(tmp_path, "--cases", "mine.json", *options)
    assert done.returncode == 0
    assert "1 skipped" in done.stdout
    assert "py_evm has no answer: native resource is limited" in done.stdout


def test_case_files_are_left_alone_without_the_option(tmp_path):
    (tmp_path / "mine.json").write_text("{")
    (tmp_path / "test_mine.py").write_text("def test_nothing(): pass\n")
    done = run_pytest(tmp_path)
    assert done.returncode == 0
    assert "1 passed" in done.stdout


OWN = "[pytest]\naddopts = {options}\n{more}"
CONSTANT = ("--engine", "module=tests.differential.engines.constant")


@pytest.fixture
def repository(tmp_path):
    """Somebody's repository: tests of its own, and cases."""
    for name in ("cases", "tests", "inner"):
        (tmp_path / name).mkdir()
    (tmp_path / "cases" / "mine.json").write_text(CASE.read_text())
    (tmp_path / "tests" / "test_own.py").write_text("def test_own(): pass\n")
    (tmp_path / "tests" / "test_more.py").write_text("def test_more(): pass\n")
    return tmp_path


def settings(repository, options, more=""):
    text = OWN.format(options=options, more=more)
    (repository / "pytest.ini").write_text(text)


def items(done):
    assert done.returncode in (0, 1), done.stdout + done.stderr
    lines = [line.split(" ")[0] for line in done.stdout.splitlines() if "::" in line]
    return sorted(line for line in lines if line.partition("::")[2])


ALL = ["cases/mine.json::mine", "tests/test_more.py::test_more"]
ALL.append("tests/test_own.py::test_own")


@pytest.mark.parametrize("more", ["", "testpaths = tests\n", "testpaths = tests cases"])
def test_cases_in_addopts_come_beside_the_own_tests(repository, more):
    settings(repository, " ".join(("--cases cases", *CONSTANT)), more)
    assert items(run_pytest(repository, "-v")) == ALL
    assert items(run_pytest(repository, "-v", "tests/test_own.py")) == ALL[2:]
    assert items(run_pytest(repository, "-v", "tests", "cases")) == ALL
    for folder in ("inner", "cases", "tests") if not more else ():
        done = run_pytest(repository / folder, "-v")
        assert "::mine" in done.stdout, done.stdout + done.stderr


def test_cases_on_the_command_line_come_alone(repository):
    settings(repository, "", "testpaths = tests\n")
    assert items(run_pytest(repository, "-v", "--cases=cases", *CONSTANT)) == ALL[:1]
    done = run_pytest(repository, "-v", "tests", "--cases", "cases", *CONSTANT)
    assert items(done) == ALL


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--profile", "fast"], ["--profile fast", "production", "replay"]),
        (["--mode", "backward"], ["--mode backward", "forward", "proving"]),
        (["--quirks", "some"], ["--quirks some", "upstream"]),
        (["--protocol", "v1"], ["--protocol v1", "v30"]),
        (["--image", "no.bin"], ["no.bin", "No such file"]),
        (["--engine", "module=mine"], ["mine", "run_block"]),
        (["--engine", "module=nowhere"], ["no module nowhere"]),
        (["--cases", "nowhere"], ["nowhere", "no such file or folder"]),
    ],
)
def test_bad_options_are_usage_errors(repository, options, words):
    (repository / "mine.py").write_text("x = 1\n")
    done = run_pytest(repository, "--cases", "cases", *CONSTANT, *options)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.native
def test_options_reach_the_engines(repository):
    (repository / "spy.py").write_text(
        "from differential.outcome import Outcome, Result\n"
        "def run_block(block, state, options):\n"
        "    words = (options.profile, options.mode, options.quirks)\n"
        "    text = ' '.join(word.value for word in words)\n"
        "    text += f' {options.protocol.value} {options.time_limit}'\n"
        "    return Outcome(Result.CRASH, text)\n"
    )
    given = [
        "--profile",
        "replay",
        "--mode",
        "forward",
        "--quirks",
        "upstream",
        "--time",
        "7",
    ]
    engine = ("--engine", "module=spy", "--protocol", "v30")
    done = run_pytest(repository, "--cases", "cases", *engine, *given)
    assert "spy: crash: replay forward upstream v30 7.0" in done.stdout


def test_an_option_somebody_else_has_gets_another_name(repository):
    (repository / "conftest.py").write_text("")
    (repository / "other.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--mode')\n"
    )
    options = ("-p", "other", "--zkos-mode", "forward", "--mode", "theirs")
    done = run_pytest(repository, "-v", "--cases", "cases", *CONSTANT, *options)
    assert items(done) == ALL[:1]


OTHER = "def pytest_addoption(parser):\n    parser.addoption('--mode')\n"


def test_an_option_of_a_conftest_is_one_line(repository):
    (repository / "conftest.py").write_text(OTHER)
    done = run_pytest(repository, "--cases", "cases", *CONSTANT)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    assert done.stdout == ""
    (line,) = filter(None, done.stderr.splitlines())
    assert "a conftest.py adds the option --mode" in line
    assert "-p no:zkos" in line
    done = run_pytest(repository, "-p", "no:zkos", "-v")
    assert items(done) == ALL[1:]


def test_other_faults_of_a_conftest_are_its_own(repository):
    (repository / "conftest.py").write_text("raise ValueError('--mode of mine')\n")
    done = run_pytest(repository, "--cases", "cases", *CONSTANT)
    assert "the plugin zkos" not in done.stderr
    assert "--mode of mine" in done.stderr


@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_an_option_of_an_installed_plugin_gets_another_name(repository, name):
    (repository / f"{name}_plugin.py").write_text(OTHER)
    info = repository / f"{name}_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {name}-plugin\nVersion: 1.0\n")
    entry = f"[pytest11]\n{name} = {name}_plugin\n"
    (info / "entry_points.txt").write_text(entry)
    for path in (f"{repository}:{ROOT}", f"{ROOT}:{repository}"):
        options = ("--zkos-mode", "forward", "--mode", "theirs")
        done = run_pytest(
            repository, "-v", "--cases", "cases", *CONSTANT, *options, path=path
        )
        assert items(done) == ALL[:1], done.stderr
