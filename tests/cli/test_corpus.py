"""`zkos corpus`: what is kept, moved and handed on, and what is refused."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from differential.importers.state_test_export import write_state_test
from fuzz.campaign.folder import Folder, Settings
from fuzz.corpus import Corpus, name_of
from fuzz.coverage.engine import observe
from fuzz.targets.atheris_driver import Driver
from fuzz.targets.catalogue import NAMES, base_of, load_target
from fuzz.targets.oss_fuzz import OPTIONS, dictionary
from tests.cli.support import zkos_here
from tests.fuzz.planted import NAME, PLACE
from zkos.host.case import load_case

TARGET = ("-t", NAME)
BLOCKS = "block_native"
CORPORA = Path(__file__).resolve().parents[2] / "corpora"
INPUTS = (b"ab", b"abab", b"xyz", b"xyzxyz", b"1", b"12", b"q")


@pytest.fixture
def inputs(tmp_path):
    corpus = Corpus(tmp_path / "inputs", ".bin")
    for content in INPUTS:
        corpus.add(content)
    return corpus


@pytest.fixture
def campaign(tmp_path):
    """A campaign's folder with a corpus in it."""
    folder = Folder(tmp_path / "campaign")
    folder.begin(Settings((NAME,), 7))
    for content in INPUTS:
        folder.corpus(NAME, ".bin").add(content)
    return folder


def reached(contents):
    target = load_target(NAME)
    features = 0
    for content in contents:
        features |= observe(target, content).semantic
    return features


def test_min_keeps_what_reaches_everything(inputs):
    done = zkos_here("corpus", "min", inputs.folder, *TARGET)

    kept = set(inputs.contents())
    assert done.returncode == 0
    assert f"{len(INPUTS)} inputs, {len(kept)} kept" in done.stderr
    assert len(kept) < len(INPUTS)
    assert reached(kept) == reached(INPUTS)


def test_min_of_a_campaign_is_of_its_corpus(campaign):
    done = zkos_here("corpus", "min", campaign.path, *TARGET)

    assert done.returncode == 0
    assert 0 < len(campaign.corpus(NAME, ".bin").names()) < len(INPUTS)


def test_min_leaves_what_is_no_input_and_keeps_names(inputs):
    (inputs.folder / "by_hand.bin").write_bytes(b"\0")
    (inputs.folder / "empty.bin").write_bytes(b"")
    done = zkos_here("corpus", "min", inputs.folder, *TARGET)

    assert done.returncode == 0
    assert "1 files are no inputs" in done.stderr
    assert (inputs.folder / "empty.bin").exists()


def test_min_keeps_no_more_than_asked(inputs, tmp_path):
    out = tmp_path / "out"
    done = zkos_here("corpus", "min", inputs.folder, *TARGET, "--most", 2, "-o", out)

    assert done.returncode == 0
    assert len(list(out.iterdir())) == 2
    assert sorted(inputs.contents()) == sorted(INPUTS)


def test_min_of_a_running_campaign_is_refused(campaign):
    with campaign.locked():
        done = zkos_here("corpus", "min", campaign.path, *TARGET)

    assert done.returncode == 2
    assert "a campaign is running in it" in done.stderr


def test_merge_adds_only_what_is_new(inputs, tmp_path):
    into = Corpus(tmp_path / "into", ".bin")
    into.add(b"ab")
    (into.folder / "empty.bin").write_bytes(b"")
    done = zkos_here("corpus", "merge", into.folder, inputs.folder, *TARGET)

    assert done.returncode == 0
    assert reached(x for x in into.contents() if x) == reached(INPUTS)
    assert b"abab" not in set(into.contents())


def test_import_and_export_are_inverse(inputs, tmp_path):
    archive, into = tmp_path / "seeds.zip", tmp_path / "into"
    assert (
        zkos_here("corpus", "export", inputs.folder, archive, *TARGET).returncode == 0
    )
    done = zkos_here("corpus", "import", archive, into, *TARGET)

    assert done.returncode == 0
    assert sorted(Corpus(into, ".bin").contents()) == sorted(INPUTS)


@pytest.mark.parametrize("name", NAMES)
def test_settings_for_oss_fuzz_are_there(name):
    rows = dictionary(name).read_text().splitlines()
    assert all(row.startswith("#") or row.count('="') == 1 for row in rows)
    assert len(rows) > 3
    assert OPTIONS.read_text().startswith("[libfuzzer]")
    base = base_of(name)
    fuzzer = OPTIONS.with_name(f"{base}.py").read_text()
    assert fuzzer.endswith(f'if __name__ == "__main__":\n    main("{base}")\n')


def test_libfuzzer_sees_facts_of_targets_without_counters():
    driver = Driver(load_target(NAME))
    driver.test_one_input(b"q")
    one = bytes(driver.facts)
    driver.test_one_input(b"qq")

    assert any(one)
    assert bytes(driver.facts) != one
    with pytest.raises(RuntimeError, match="diverge-"):
        driver.test_one_input(b"ab")


def test_export_to_a_folder_is_what_oss_fuzz_wants(tmp_path):
    source, out = tmp_path / "inputs", tmp_path / "out"
    Corpus(source, ".text").add(b"{}")
    done = zkos_here("corpus", "export", source, out, "-t", "case_import")

    assert done.returncode == 0
    names = {path.name for path in out.iterdir()}
    assert names == {
        f"case_import{x}" for x in ("_seed_corpus.zip", ".dict", ".options")
    }
    assert "dict = case_import.dict" in (out / "case_import.options").read_text()
    with zipfile.ZipFile(out / "case_import_seed_corpus.zip") as archive:
        assert archive.namelist() == [f"{name_of(b'{}')}.text"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("min", "absent", *TARGET), "absent: no such file or folder"),
        (("merge", "inputs", "absent", *TARGET), "absent: no such file or folder"),
        (("import", "absent", "into", *TARGET), "absent: no such file or folder"),
        (("export", "absent", "out.zip", *TARGET), "absent: no such file or folder"),
        (("min", "empty", *TARGET), "empty: no file *.bin is input of"),
        (("merge", "into", "empty", *TARGET), "empty: no file *.bin is input of"),
        (("export", "empty", "out.zip", *TARGET), "empty: no file *.bin is input of"),
        (("min", "file", *TARGET), "file: no such folder"),
        (("import", "file", "into", *TARGET), "file: none of 1 files is an input of"),
        (("import", "inputs", "file", *TARGET), "file: "),
        (("export", "inputs", "no/out.zip", *TARGET), "no/out.zip: No such file"),
        (("min", "inputs", "-t", "nothing"), "no target is called 'nothing'"),
        (("min", "inputs", "-t", f"{PLACE}absent"), "has no attribute 'absent'"),
        (("min", "campaign", "-t", "hashes"), f"campaign: a campaign on {NAME}, not"),
    ],
)
def test_bad_input_is_one_line(
    inputs, campaign, tmp_path, monkeypatch, arguments, reason
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "x.bin").write_bytes(b"")
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    done = zkos_here("corpus", *arguments)

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert reason in done.stderr


ODD = (b"", b"[]", b"{}", b"null", b"7", b'"x"', b"\xff\xfe", b"[[]]", b"[" * 100_000)
ODD_CALLS = tuple(
    json.dumps({"call": name, "arguments": arguments}).encode()
    for name in ("keccak", "mulmod", "modexp", "parse", "blake2b", "absent", None, [])
    for arguments in ([], ["0x1"], [{"bytes": ""}] * 3, [{}], "x", None, [1], ["-0x1"])
)


SLOW = ("ethereum_blocks", "ethereum_invalid", "oracle_ethereum")
"""Targets for which builds of all forks are made; tests/fuzz reads their inputs."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] * (n in SLOW)) for n in NAMES],
)
def test_bytes_that_are_no_input_are_value_errors(name):
    try:
        target = load_target(name)
    except ImportError as error:
        pytest.skip(str(error))
    for content in (*ODD, *ODD_CALLS, b'{"scene": [], "choices": 1}'):
        try:
            value = target.decode(content)
        except ValueError:
            continue
        assert target.decode(target.encode(value)) == value


def test_ethereum_tests_become_cases(tmp_path):
    case = load_case(CORPORA / "block_differential" / "transfer_1.json")
    block = case.blocks[0]
    context = replace(block.context, chain_id=1, block_hashes=())
    case = replace(case, blocks=(replace(block, context=context),))
    write_state_test(case, tmp_path / "fixture.json", "transfer")
    done = zkos_here(
        "corpus", "import", tmp_path / "fixture.json", tmp_path / "into", "-t", BLOCKS
    )
    assert done.returncode == 0, done.stderr
    (content,) = Corpus(tmp_path / "into", ".json").contents()
    made = load_target(BLOCKS).decode(content)
    assert len(made.blocks[0].transactions) == 1
    assert made.blocks[0].context.chain_id == 1
