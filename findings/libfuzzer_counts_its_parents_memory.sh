#!/bin/sh
# atheris 3.0.0 (libFuzzer): -rss_limit_mb is compared with the peak that getrusage
# reports. Linux keeps that figure over execve, and what a forked child starts with is
# its parent's memory. A small fuzzer that a large process starts (a test runner, a
# campaign's supervisor) is ended with "out-of-memory" before its first input, and the
# status line shows memory the fuzzer never had. Started by a small one it runs.
# Seen: "rss: 9..Mb" and exit code 71 from the large parent, exit code 0 from the small.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet atheris==3.0.0
cd "$folder"
cat > fuzzer.py << 'END'
import sys
import atheris


def one(data):
    pass


atheris.Setup(sys.argv, one)
atheris.Fuzz()
END
cat > starter.py << 'END'
import subprocess
import sys

held = bytearray(int(sys.argv[1]) << 20)
limits = ["-max_total_time=4", "-rss_limit_mb=600"]
done = subprocess.run(
    [sys.executable, "fuzzer.py", *limits], capture_output=True, text=True
)
print(done.returncode, "out-of-memory" in done.stderr)
END
small=$("$folder/venv/bin/python" starter.py 1)
large=$("$folder/venv/bin/python" starter.py 900)
echo "small parent: $small (expected: 0 False)"
echo "large parent: $large (expected: 71 True)"
[ "$small" = "0 False" ] && [ "$large" = "71 True" ]
