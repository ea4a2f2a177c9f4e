import json

import pytest

from tests.cli.support import zkos, zkos_here

GOOD = {"block": {}, "accounts": {}, "txs": []}


def assert_one_clear_line(done, *words):
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("zkos: ")
    for word in words:
        assert str(word) in line


def case_file(folder, content):
    path = folder / "case.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (json.dumps(GOOD)[:-8], ["not JSON"]),
        ("", ["not JSON"]),
        ("[]", ["expected an object"]),
        ({"block": {"mix_hash": "0xgg"}}, ["block.mix_hash", "0xgg"]),
        ({"block": {"chain_id": -1}}, ["block.chain_id", "negative"]),
        ({"block": {"gas_limit": 1 << 64}}, ["block.gas_limit", "64 bits"]),
        ({"block": {"colour": 1}}, ["block.colour", "unknown field"]),
        ({"accounts": {}}, ["block"]),
        ({**GOOD, "txs": [{"type": "blob"}]}, ["txs[0]"]),
        ({**GOOD, "accounts": {"0x12": {"code": "0x123"}}}, ["accounts.0x12"]),
        ({**GOOD, "preimages": [7]}, ["preimages[0]"]),
    ],
)
@pytest.mark.parametrize("command", ["run", "diff"])
def test_bad_case_is_one_line(tmp_path, command, content, words):
    path = case_file(tmp_path, content)
    assert_one_clear_line(zkos_here(command, path), path, *words)


def test_missing_file_is_one_line(tmp_path):
    assert_one_clear_line(
        zkos_here("run", tmp_path / "no.json"), "no.json", "No such file"
    )


def test_folder_without_cases_is_one_line(tmp_path):
    assert_one_clear_line(zkos_here("diff", tmp_path), tmp_path, "no case")


def test_hundred_megabytes_of_garbage_are_one_line(tmp_path):
    path = tmp_path / "garbage.json"
    path.write_bytes(bytes(range(256)) * (100 * 4096))
    assert_one_clear_line(zkos("run", path), path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x13\x00\x00", ["not a whole number"]),
        (b"", ["empty"]),
        (bytes(0x200004), ["ROM"]),
    ],
)
def test_bad_image_is_one_line(tmp_path, content, words):
    image = tmp_path / "image.bin"
    image.write_bytes(content)
    path = case_file(tmp_path, GOOD)
    assert_one_clear_line(zkos_here("diff", path, "--image", image), image, *words)
    assert_one_clear_line(zkos_here("run", path, "--engine", f"image={image}"), image)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--profile", "fast"], ["--profile", "fast"]),
        (["--quirks", "some"], ["--quirks"]),
        (["--mode", "backward"], ["--mode"]),
        (["--engine", "geth"], ["geth", "native"]),
        (["--engine", "native", "--engine", "native"], ["twice"]),
        (["--engine", "image"], ["image=PATH"]),
        (["--engine", "image=no.bin"], ["no.bin"]),
        (["--engine", "module=no.such"], ["no.such"]),
        (["--engine", "native@fast"], ["fast"]),
        (["--engine", "riscv=file"], ["no argument"]),
        (["-j", "0"], ["--jobs"]),
        (["-j", "many"], ["--jobs"]),
        (["--time", "-1"], ["--time"]),
        (["--colour"], ["--colour"]),
    ],
)
def test_bad_option_is_one_line(tmp_path, options, words):
    path = case_file(tmp_path, GOOD)
    assert_one_clear_line(zkos_here("diff", path, *options), *words)


def test_unknown_command_is_one_line():
    assert_one_clear_line(zkos_here("walk"), "walk")


def test_no_case_is_one_line():
    assert_one_clear_line(zkos_here("run"), "CASE")


def test_good_cases_run_beside_a_bad_one(tmp_path):
    good = case_file(tmp_path, GOOD)
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    done = zkos("diff", "--json", bad, good)
    assert done.returncode == 2
    assert json.loads(done.stdout)["case"] == str(good)
