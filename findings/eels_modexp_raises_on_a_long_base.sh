#!/bin/sh
# EELS (ethereum-execution 2.20.0), rules of Prague: MODEXP (0x05) told that its base has
# 2**256 - 1 bytes raises OverflowError, which is no exceptional halt, so it leaves
# apply_body as a fault of the program; EIP-198 and EIP-2565 make it a call that is out
# of gas. Osaka checks lengths first (EIP-7823) and halts. A harness that takes any
# exception of a reference for a crash of that reference must know this one.
# Seen: "prague OverflowError, osaka ExceptionalHalt True".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ethereum-execution==2.20.0
cat > "$folder/ask.py" << 'END'
import importlib
import types

from ethereum_types.numeric import Uint

data = b"\xff" * 32 + bytes(64)


def ask(fork):
    at = f"ethereum.forks.{fork}.vm"
    modexp = importlib.import_module(f"{at}.precompiled_contracts.modexp").modexp
    halt = importlib.import_module(f"{at}.exceptions").ExceptionalHalt
    message = types.SimpleNamespace(data=data)
    evm = types.SimpleNamespace(message=message, gas_left=Uint(10**6), output=b"")
    try:
        modexp(evm)
    except Exception as error:
        return error, isinstance(error, halt)
    return None, False


prague, osaka = ask("prague"), ask("osaka")
print(f"prague {type(prague[0]).__name__}, osaka ExceptionalHalt {osaka[1]}")
END
seen=$("$folder/venv/bin/python" "$folder/ask.py")
echo "$seen"
[ "$seen" = "prague OverflowError, osaka ExceptionalHalt True" ]
