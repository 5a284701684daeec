"""Tasks that do nothing, one at a time, by redun with its database in the working folder."""
import sys

from redun import Scheduler, task
from redun.config import Config

redun_namespace = "noop"


@task()
def noop(i: int) -> int:
    return i + 1


@task()
def main(n: int):
    return [noop(i) for i in range(n)]


scheduler = Scheduler(config=Config({"backend": {"db_uri": "sqlite:///redun.db"}, "executors.default": {"type": "local", "mode": "thread", "max_workers": "1"}}))
scheduler.load()
assert len(scheduler.run(main(int(sys.argv[1])))) == int(sys.argv[1])
