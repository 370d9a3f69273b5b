"""A server that speaks Spark Connect: Sail, which starts in a second and needs no Java."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.connect import reading
from exports.export import export

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


@pytest.fixture(scope="session")
def exported_folder(shipped: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the article; nobody changes it."""
    folder = tmp_path_factory.mktemp("spark") / "export"
    with reading(shipped) as connection:
        export(connection, folder, "parquet")
    return folder


@pytest.fixture(scope="session")
def on_spark(spark_server: str, exported_folder: Path) -> str:
    """The `--db` of that export."""
    return f"{spark_server}{exported_folder}"
