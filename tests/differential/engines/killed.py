"""An engine whose process is ended from outside."""

import os
import signal


def run_block(block, state, options):
    os.kill(os.getpid(), signal.SIGKILL)
