"""An engine that wants 64 GB at once."""


def run_block(block, state, options):
    return bytearray(1 << 36)
