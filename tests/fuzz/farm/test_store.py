"""Stores: a folder, memory, and S3 as moto serves it on loopback."""

import os
import socket
import subprocess
import sys
import time

import pytest

from fuzz.farm.hub import fetch
from fuzz.farm.store import Store, StoreError
from tests.fuzz.farm.test_station import entry_files, finding, finding_files

BUCKET = "campaigns"


@pytest.fixture(scope="module")
def s3():
    """An S3 server of its own; the URL of a bucket there."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto.server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    place = f"http://127.0.0.1:{port}"
    known = {
        "AWS_ENDPOINT_URL": place,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    before = {name: os.environ.get(name) for name in known}
    os.environ.update(known)
    try:
        import boto3

        deadline = time.monotonic() + 60
        while True:
            try:
                boto3.client("s3").create_bucket(Bucket=BUCKET)
                break
            except Exception:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield f"s3://{BUCKET}/night"
    finally:
        server.kill()
        server.wait()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(params=["folder", "memory", pytest.param("s3", marks=pytest.mark.slow)])
def url(request, tmp_path):
    """A place of each kind."""
    if request.param == "s3":
        return f"{request.getfixturevalue('s3')}-{tmp_path.name}"
    if request.param == "memory":
        return f"memory://{tmp_path.name}"
    return str(tmp_path / "store")


def test_what_was_put_is_there_and_whole(url):
    store = Store(url)
    store.check()
    assert store.paths() == []
    store.put("a/b/c.bin", b"one")
    store.put("a/b/c.bin", b"two")
    store.put("d.json", b"")
    assert store.paths() == ["a/b/c.bin", "d.json"]
    assert store.get("a/b/c.bin") == b"two"
    with pytest.raises(OSError, match=r"\w"):
        store.get("nothing")


def test_a_folder_has_what_the_store_has_but_no_half_finding(url, tmp_path):
    store = Store(url)
    whole, half = finding(), finding("state")
    files = entry_files(b"a") | finding_files(whole) | {"campaign.json": b"{}"}
    for path, content in files.items():
        store.put(path, content)
    store.put(f"findings/{half.name}/case.bin", b"x")
    folder = tmp_path / "campaign"
    assert fetch(store, folder) == len(files)
    there = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert there == files
    assert fetch(store, folder) == 0


@pytest.mark.parametrize("place", ["nothing://x/y", "s3://", "/proc/none/x"])
def test_a_place_that_cannot_be_used_is_one_line(place):
    with pytest.raises(StoreError) as caught:
        Store(place).check()
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"--storage {place}")
