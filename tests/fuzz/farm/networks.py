"""Network namespaces on one machine, joined by a bridge, whose links can be cut."""

import os
import shutil
import subprocess
from contextlib import contextmanager

PREFIX = "zkf"
NET = "10.77.13"


def ip(*words, check=True):
    return subprocess.run(["ip", *words], check=check, capture_output=True, text=True)


def can_make():
    """Whether this machine lets us have namespaces."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    made = ip("netns", "add", f"{PREFIX}-try", check=False).returncode == 0
    ip("netns", "del", f"{PREFIX}-try", check=False)
    return made


class Host:
    """One namespace."""

    def __init__(self, number):
        self.name = f"{PREFIX}-{number}"
        self.link = f"{PREFIX}v{number}"
        self.address = f"{NET}.{number + 1}"
        self.inside = ("ip", "netns", "exec", self.name)

    def cut(self):
        """Nothing reaches it any more."""
        ip("link", "set", self.link, "down")

    def join(self):
        """Everything does again."""
        ip("link", "set", self.link, "up")


@contextmanager
def hosts(number):
    """So many namespaces that reach each other."""
    bridge = f"{PREFIX}br"
    made = [Host(n) for n in range(number)]
    try:
        ip("link", "add", bridge, "type", "bridge")
        ip("link", "set", bridge, "up")
        for host in made:
            peer = f"{host.link}p"
            ip("netns", "add", host.name)
            ip("link", "add", host.link, "type", "veth", "peer", "name", peer)
            ip("link", "set", host.link, "master", bridge, "up")
            ip("link", "set", peer, "netns", host.name)
            ip("-n", host.name, "addr", "add", f"{host.address}/24", "dev", peer)
            ip("-n", host.name, "link", "set", peer, "up")
            ip("-n", host.name, "link", "set", "lo", "up")
        yield made
    finally:
        for host in made:
            ip("netns", "del", host.name, check=False)
            ip("link", "del", host.link, check=False)
        ip("link", "del", bridge, check=False)
