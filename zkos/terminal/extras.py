"""Packages that not everybody installs, and what installs them."""

from typing import Final

_EXTRAS: Final = {
    "atheris": "fuzz",
    "eth_abi": "scenarios",
    "ethereum": "eels",
    "ethereum_rlp": "eels",
    "ethereum_types": "eels",
    "fsspec": "farm",
    "hypothesis": "fuzz",
    "mkdocs": "docs",
    "ray": "farm",
    "rocksdict": "node",
    "starlette": "watch",
    "unicorn": "fuzz",
    "uvicorn": "watch",
    "yaml": "scenarios",
}
"""Modules and the extra of ours that brings them."""


def how_to_install(module: str | None) -> str | None:
    """What to tell who lacks a module, or None if no extra brings it."""
    package = (module or "").partition(".")[0]
    if package not in _EXTRAS:
        return None
    return f"needs the package {package}: pip install 'zkos[{_EXTRAS[package]}]'"
