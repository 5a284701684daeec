"""Nodes that do nothing, one after the other, by Hamilton with its cache in the working folder."""
import sys

from hamilton import driver

count = int(sys.argv[1])
source = "".join(f"def s{i}({'seed' if i == 0 else f's{i - 1}'}: int) -> int:\n    return {'seed' if i == 0 else f's{i - 1}'} + 1\n\n" for i in range(count))
with open("noop_nodes.py", "w") as file:
    file.write(source)
sys.path.insert(0, ".")
sys.setrecursionlimit(100_000)
import noop_nodes  # noqa: E402

built = driver.Builder().with_modules(noop_nodes).with_cache(path="cache").build()
assert built.execute([f"s{count - 1}"], inputs={"seed": 0})[f"s{count - 1}"] == count
