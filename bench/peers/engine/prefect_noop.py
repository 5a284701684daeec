"""Tasks that do nothing, one after the other, by Prefect with its own temporary server and results kept on disk."""
import sys

from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE


@task(persist_result=True, cache_policy=INPUTS + TASK_SOURCE)
def noop(i: int) -> int:
    return i + 1


@flow
def main(n: int) -> int:
    value = 0
    for _ in range(n):
        value = noop(value)
    return value


assert main(int(sys.argv[1])) == int(sys.argv[1])
