#!/bin/sh
# py-evm 0.12.1b1: the message signed by a legacy transaction of chain id 0 (EIP-155,
# v 35 or 36) has the byte 00 where the chain id stands. RLP writes the integer 0 as the
# empty string (80), and EELS (ethereum-execution 2.20.0) hashes that. The two recover
# different senders from one signed transaction.
# Seen: py-evm's message ends in 008080, the hashes differ.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet py-evm==0.12.1b1 ethereum-execution==2.20.0
cat > "$folder/ask.py" << 'END'
from eth.vm.forks.prague.transactions import PragueLegacyTransaction
from eth_hash.auto import keccak
from ethereum.forks.prague.fork_types import Address
from ethereum.forks.prague.transactions import LegacyTransaction, signing_hash_155
from ethereum_types.bytes import Bytes
from ethereum_types.numeric import U64, U256, Uint

to = bytes(19) + b"\x01"
made = PragueLegacyTransaction(0, 1, 21000, to, 0, b"", 35, 1, 1)
message = made.get_message_for_signing()

other = LegacyTransaction(
    U256(0), Uint(1), Uint(21000), Address(to), U256(0), Bytes(b""),
    U256(35), U256(1), U256(1),
)
same = keccak(message) == bytes(signing_hash_155(other, U64(0)))
print(message[-3:].hex(), same)
END
seen=$("$folder/venv/bin/python" "$folder/ask.py")
echo "$seen"
[ "$seen" = "008080 False" ]
