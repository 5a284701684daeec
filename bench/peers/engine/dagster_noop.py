"""Operations that do nothing, one after the other, by Dagster in its own process, with its instance in the working folder."""
import sys

from dagster import DagsterInstance, In, Out, in_process_executor, job, op


@op(out=Out(int))
def begin() -> int:
    return 0


@op(ins={"value": In(int)}, out=Out(int))
def noop(value: int) -> int:
    return value + 1


count = int(sys.argv[1])


@job(executor_def=in_process_executor)
def chain():
    value = begin()
    for i in range(count - 1):
        value = noop.alias(f"s{i}")(value)


if __name__ == "__main__":
    with DagsterInstance.get() as instance:
        assert chain.execute_in_process(instance=instance).success
