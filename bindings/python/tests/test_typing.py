"""The package and programs that use it pass mypy --strict and pyright."""

import importlib.util
import pathlib
import subprocess
import sys

import pytest
import redis

PROGRAM = """
from rediscluster import Cluster, RedisCluster, StrictRedisCluster, partition
from rediscluster.asyncio import RedisCluster as AsyncCluster

number: int = partition("key", 3)
with Cluster({"nodes": {}}, decode_responses=True) as cluster:
    replies: list[object] = cluster.pipeline().add("GET", b"k").execute()
    node: str = cluster.node_for("k")["alias"]
r = RedisCluster({"nodes": {}}, hash_tag="keep", decode_responses=True)
limited: RedisCluster = r.with_deadline(0.5).with_partial()
plan: dict[str, object] = r.explain("GET", "k")
old = StrictRedisCluster(cluster={"nodes": {}}, db=0, mastersonly=True)
nodes: dict[str, dict[str, object]] = old.getnodefor("k")


async def main() -> dict[str, object]:
    async with AsyncCluster({"nodes": {}}, hash_tag="keep") as client:
        await client.pipeline(transaction=False).execute()
        return await client.explain("GET", "k")
"""


def check(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def program(tmp_path: pathlib.Path) -> str:
    (tmp_path / "program.py").write_text(PROGRAM)
    return str(tmp_path / "program.py")


def test_programs(program: str) -> None:
    check("mypy", "--strict", "--no-error-summary", program)


@pytest.mark.skipif(int(redis.__version__.split(".")[0]) < 8, reason="older releases of redis-py have other types")
def test_the_package() -> None:
    check("mypy", "--strict", "--no-error-summary", "-p", "rediscluster")


def test_pyright(program: str) -> None:
    pytest.importorskip("pyright")
    # The package fetches the program itself from npm when it first runs.
    fetched = subprocess.run([sys.executable, "-m", "pyright", "--version"], capture_output=True, text=True)
    if fetched.returncode != 0:
        pytest.skip("pyright cannot be fetched: " + (fetched.stderr.strip().splitlines() or ["no reason given"])[-1])
    spec = importlib.util.find_spec("rediscluster")
    assert spec is not None and spec.submodule_search_locations
    check("pyright", "--pythonpath", sys.executable, program, *spec.submodule_search_locations)
