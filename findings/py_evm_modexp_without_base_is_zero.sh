#!/bin/sh
# py-evm 0.12.1b1: MODEXP (0x05) with a base of length 0 answers 0 whatever the exponent.
# EIP-198 takes the base for 0, and 0**0 mod 5 is 1: EELS (ethereum-execution 2.20.0)
# answers 1 to the same input. Both get base length 0, exponent length 0, modulus
# length 1, modulus 5, through a plain call under Prague.
# Seen: "py-evm 00, EELS 01".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet py-evm==0.12.1b1 ethereum-execution==2.20.0
cat > "$folder/ask.py" << 'END'
import types

from eth.precompiles.modexp import modexp
from ethereum.forks.prague.vm.precompiled_contracts.modexp import modexp as eels
from ethereum_types.numeric import Uint

data = bytes(32) + bytes(32) + (1).to_bytes(32, "big") + b"\x05"


class Computation:
    msg = types.SimpleNamespace(data_as_bytes=data)
    output = b""

    def consume_gas(self, amount, reason):
        pass


theirs = modexp(Computation(), gas_calculator=lambda data: 200).output
evm = types.SimpleNamespace(
    message=types.SimpleNamespace(data=data), gas_left=Uint(10**6), output=b""
)
eels(evm)
print(f"py-evm {theirs.hex()}, EELS {bytes(evm.output).hex()}")
END
seen=$("$folder/venv/bin/python" "$folder/ask.py")
echo "$seen"
[ "$seen" = "py-evm 00, EELS 01" ]
