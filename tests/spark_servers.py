"""A server that speaks Spark Connect: Sail, which starts in a second and needs no Java."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

# Workers of pytest-xdist have no file, and Spark's client takes what has none for its own doctest.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__

SERVER = """
from pysail.spark import SparkConnectServer

server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
print(server.listening_address[1], flush=True)
input()
"""


@pytest.fixture(scope="session")
def spark_server() -> Iterator[str]:
    """The beginning of the URL of every sourcebook on it; a folder follows."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout
        yield f"sc://127.0.0.1:{server.stdout.readline().strip()}/;path="
        server.kill()
