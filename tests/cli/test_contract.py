"""The machine-readable contract of `run` and `diff`."""

import json
import time

import pytest

from tests.cli.support import rows, zkos
from tests.pins import CORPORA

ENGINES = "module=tests.differential.engines."
CASE = CORPORA / "transfers" / "all_kinds.json"
CHAIN = CORPORA / "storage" / "counter_chain.json"
ENGINE_FIELDS = {
    "outcome",
    "reason",
    "public_input",
    "state_root",
    "next_free_slot",
    "oracle_words",
    "transactions",
    "pubdata",
    "seconds",
}


@pytest.mark.riscv
def test_bench_takes_cases_or_the_word_fuzz():
    short = ("--no-machine", "--no-crypto", "--no-py-evm", "--json")
    for words in (("bench",), ("bench", "blocks")):
        lines = rows(zkos(*words, CASE, *short))
        assert {row["bench"] for row in lines} == {"cycles", "block"}
    done = zkos("bench", "fuzz", "--seconds", "0.5", "--json")
    assert done.returncode in (0, 1), done.stderr
    measured = rows(done)
    assert [(row["target"], row["goal"]) for row in measured] == [
        ("block_differential", 300.0),
        ("block_native", 1500.0),
        ("block_ethereum", 20.0),
    ]
    assert all(row["per_cpu_second"] > 0 for row in measured)
    assert done.returncode == any(r["per_cpu_second"] < r["goal"] for r in measured)


@pytest.mark.riscv
def test_json_line_has_the_fields_of_the_contract():
    done = zkos("diff", "--json", CASE)
    assert done.returncode == 0
    (row,) = rows(done)
    assert set(row) == {"case", "profile", "quirks", "engines", "difference"}
    assert row["case"] == str(CASE)
    assert (row["profile"], row["quirks"], row["difference"]) == ("app", "none", None)
    assert set(row["engines"]["native"]) >= ENGINE_FIELDS
    riscv = row["engines"]["riscv"]
    assert set(riscv) >= ENGINE_FIELDS | {"cycles", "delegations"}
    assert set(riscv["delegations"]) == {"blake2s", "u256"}
    assert riscv["outcome"] == "success"
    assert len(bytes.fromhex(riscv["public_input"][2:])) == 32
    transaction = riscv["transactions"][1]
    assert transaction["status"] == "success"
    assert transaction["gas_used"] == 21000
    assert set(transaction) == {
        "status",
        "reason",
        "gas_used",
        "native_used",
        "return_data",
        "logs",
    }


def test_chain_gives_a_line_for_each_block():
    lines = rows(zkos("run", "--json", CHAIN))
    assert [row["block"] for row in lines] == [0, 1, 2]
    roots = [row["engines"]["native"]["state_root"] for row in lines]
    assert len(set(roots)) == 3


def test_corrupted_engine_is_a_difference():
    options = ["--engine", "native", "--engine", f"{ENGINES}generous"]
    done = zkos("diff", "--json", CASE, *options)
    assert done.returncode == 1
    (row,) = rows(done)
    assert row["difference"] == {
        "engines": ["native", "generous"],
        "layer": "gas_used",
        "where": "transactions[0]",
        "values": [11000, 11001],
    }


def test_difference_is_told_with_values_and_last_agreement():
    options = ["--engine", "native", "--engine", f"{ENGINES}generous"]
    text = zkos("diff", CASE, *options).stdout
    assert "first difference: gas_used at transactions[0]" in text
    assert "11001" in text
    assert "last agreement: reason at transactions[0]" in text


@pytest.mark.parametrize(
    ("name", "outcome"), [("killed", "crash"), ("raising", "crash")]
)
def test_end_of_an_engine_is_exit_code_three(name, outcome):
    options = ["--engine", "native", "--engine", f"{ENGINES}{name}"]
    done = zkos("diff", "--json", CASE, *options)
    assert done.returncode == 3
    (row,) = rows(done)
    assert row["engines"][name]["outcome"] == outcome
    assert row["engines"]["native"]["outcome"] == "success"
    assert row["difference"] is None


def test_engine_without_an_answer_is_told_apart_from_agreement():
    engines = ["--engine", "native", "--engine", "py_evm"]
    done = zkos("diff", "--json", CASE, CASE, *engines)
    assert done.returncode == 0
    assert [set(row["engines"]) for row in rows(done)] == [{"native"}, {"native"}]
    assert f"{CASE}: py_evm has no answer: native resource is limited" in done.stderr
    assert "2 not compared: only one engine has an answer" in done.stderr


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("killed", ("crash", "SIGKILL")),
        ("greedy", ("crash", "out of memory: more than 6 GB")),
        ("endless", ("timeout", "after 0.5 s")),
    ],
)
def test_engines_die_alone_in_any_folder(tmp_path, name, outcome, monkeypatch):
    (tmp_path / "mine.py").write_text(
        f"from tests.differential.engines.{name} import run_block as run_block\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{CORPORA.parent}:{tmp_path}")
    monkeypatch.chdir(tmp_path)
    seconds = "0.5" if name == "endless" else "60"
    done = zkos(
        *("diff", CASE, "--engine", "native", "--engine", "module=mine"),
        *("--json", "--time", seconds, "--junit", "run.xml"),
    )
    assert done.returncode == 3
    (row,) = rows(done)
    died = row["engines"]["mine"]
    assert died["outcome"] == outcome[0]
    assert outcome[1] in died["reason"]
    assert row["engines"]["native"]["outcome"] == "success"
    assert 'errors="1"' in (tmp_path / "run.xml").read_text()


def test_endless_engine_is_a_timeout():
    done = zkos("run", "--json", CASE, "--engine", f"{ENGINES}endless", "--time", "0.5")
    assert done.returncode == 3
    (row,) = rows(done)
    assert row["engines"]["endless"]["outcome"] == "timeout"


def test_settings_of_an_engine_are_its_own():
    case = CORPORA / "regressions" / "upstream_shift_past_32_bits"
    engines = ["--engine", "native", "--engine", "native@upstream"]
    done = zkos("diff", "--json", case, *engines)
    assert done.returncode == 1
    text = zkos("diff", case, *engines).stdout
    assert "also different: storage at slot 0x1 of " in text


def test_run_shows_what_an_operator_asks_for():
    text = zkos("run", CORPORA / "hooks" / "to_l1.json").stdout
    for title in ("Transactions", "Accounts", "To L1", "Block"):
        assert title in text
    assert "public input" in text
    assert "reverted" in text
    assert "balance" in text


def test_reports_are_written(tmp_path):
    page, xml = tmp_path / "run.html", tmp_path / "run.xml"
    options = ["--engine", "native", "--engine", f"{ENGINES}generous"]
    zkos("diff", CASE, *options, "--html", page, "--junit", xml)
    assert "first difference: gas_used" in page.read_text()
    assert 'failures="1"' in xml.read_text()


@pytest.mark.riscv
def test_image_of_ours_is_an_engine(tmp_path):
    built = zkos("build", "--target", "riscv", "--report", "-o", tmp_path, "--json")
    (row,) = rows(built)
    done = zkos("diff", "--json", CASE, "--engine", "native", "--image", row["file"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(json.loads(done.stdout)["engines"]) == {"native", "image"}


def test_answer_comes_soon_with_a_warm_cache():
    zkos("run", CASE)
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        assert zkos("run", CASE).returncode == 0
        best = min(best, time.perf_counter() - started)
    # A second on an idle machine; tests share theirs.
    assert best < 4.0
