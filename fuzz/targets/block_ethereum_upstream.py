"""Blocks under libFuzzer: `block_ethereum`, which says what must hold."""

from fuzz.targets.atheris_driver import main

if __name__ == "__main__":
    main("block_ethereum_upstream")
