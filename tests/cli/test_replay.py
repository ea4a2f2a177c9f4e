import json
from pathlib import Path

from zkos.cli.program import run

CASE = Path(__file__).resolve().parents[2] / "corpora" / "transfers" / "refused.json"


def test_recorded_tape_replays_alike_on_both_paths(tmp_path, capsys):
    tape = tmp_path / "refused.tape"
    assert run(["replay", str(CASE), "--record", str(tape)]) == 0
    assert run(["replay", str(tape), "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    native, riscv = (json.loads(line) for line in lines)
    assert native["outcome"] == riscv["outcome"] == "success"
    assert native["public_input"] == riscv["public_input"]


def test_shortened_tape_ends_the_run(tmp_path, capsys):
    tape = tmp_path / "refused.tape"
    run(["replay", str(CASE), "--record", str(tape)])
    tape.write_text("\n".join(tape.read_text().splitlines()[:-3]) + "\n")
    assert run(["replay", str(tape), "-e", "native"]) == 3
    assert "the tape ends after" in capsys.readouterr().out


def test_file_that_is_no_tape_is_bad_input(capsys):
    assert run(["replay", str(CASE)]) == 2
    assert "refused.json" in capsys.readouterr().err
