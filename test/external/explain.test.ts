import { assert, describe, it } from "vitest"
import { explain } from "../../src/external/explain.ts"
import { trainers } from "../../src/external/trainers.ts"

const told = (how: string, last: string, command?: readonly [string, ...Array<string>]) =>
  explain({ how, last, log: "/there/trainer.log" }, trainers.trl, { trainer: "trl", python: ["/venv/bin/python"], ...(command && { command }) })

describe("a trainer that ended before its time", () => {
  it("is told to be mended where it broke, with its last words at the end", () => {
    const { exitCode, message } = told("ended with code 1", "FileNotFoundError: No such file or directory: 'a.png'")
    assert.strictEqual(
      message,
      "TRL (trl) ended with code 1 before the training was done. Mend what it says and run again: it goes on from its last checkpoint. " +
        "All that it said is in /there/trainer.log. It said at last:\nFileNotFoundError: No such file or directory: 'a.png'"
    )
    assert.strictEqual(exitCode, 1)
  })

  it.each([
    ["ended with code 1", "ModuleNotFoundError: No module named 'peft'", undefined, /^.* Install what is missing \(`pip install trl peft`\)/],
    ["ended with code 127", "run.sh: line 4: /venv/bin/python: No such file", undefined, /Name in `python` a Python that has TRL .*; here it is \/venv\/bin\/python\./],
    ["ended with code 126", "", undefined, /Name in `python`[^]*It said nothing\.$/],
    ["could not be started (spawn sbatch ENOENT)", "", ["sbatch", "--wait"], /Name another `command`; here it is sbatch --wait\./]
  ] as const)("is told to be started otherwise where that is the trouble: %s, %s", (how, last, command, pattern) => {
    const { exitCode, message } = told(how, last, command)
    assert.match(message, pattern)
    assert.strictEqual(exitCode, 3)
  })
})
