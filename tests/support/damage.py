"""What may befall a file between two runs."""

import os
import shutil

DAMAGES = (
    "cut",
    "emptied",
    "changed",
    "longer",
    "foreign",
    "random",
    "folder",
    "pipe",
    "dangling",
)


def damage(path, kind):
    """Do it to a file."""
    content = path.read_bytes()
    match kind:
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "emptied":
            path.write_bytes(b"")
        case "changed":
            middle = len(content) // 2
            other = bytes(byte ^ 1 for byte in content[middle : middle + 1])
            path.write_bytes(content[:middle] + other + content[middle + 1 :])
        case "longer":
            path.write_bytes(content + b"\0")
        case "foreign":
            path.write_text('{"name": "something else", "values": [1, null]}\n')
        case "random":
            path.write_bytes(bytes((7 * n * n) & 0xFF for n in range(4096)))
        case "folder":
            path.unlink()
            path.mkdir()
            (path / "inside").write_text("x")
        case "pipe":
            path.unlink()
            os.mkfifo(path)
        case "dangling":
            path.unlink()
            path.symlink_to(path.with_name("nowhere"))
        case _:
            raise AssertionError(kind)


def undo(path, content):
    """Make a file what it was, whatever is in its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.write_bytes(content)
