/** What the command shows of files that are fetched. */
import { assert, describe, it } from "vitest"
import { showing, toFetch } from "../../src/cli/fetching.ts"

const GB = 1e9

/** The lines that a terminal shows in the end: each redraw goes up a line and clears what is below. */
const onTerminal = (text: string): ReadonlyArray<string> =>
  text.split("\u001b[1A\r\u001b[0J").reduce((lines: ReadonlyArray<string>, part, i) => [...(i === 0 ? lines : lines.slice(0, -1)), ...part.split("\n").slice(0, -1)], [])

const shown = (isTTY: boolean) => {
  let [text, time] = ["", 0]
  const show = showing({ isTTY, write: (some: string | Uint8Array) => ((text += some), true) } as never, () => time)
  return { text: () => text, at: (seconds: number, done: number, name = "org/model") => ((time = 1000 * seconds), show({ _tag: "Fetched", name, done, total: 7.5 * GB })), show }
}

describe("what is fetched", () => {
  it("is shown in lines, at once and then every five seconds", () => {
    const { at, text } = shown(false)
    for (let second = 0; second < 75; second++) at(second, second * 0.1 * GB)
    at(75, 7.5 * GB)
    const lines = text().trimEnd().split("\n")
    assert.strictEqual(lines[0], "Fetching org/model: 0 B of 7.5 GB")
    assert.strictEqual(lines[2], "Fetching org/model: 1.0 GB of 7.5 GB · 100 MB/s · 1 min 5 s left")
    assert.strictEqual(lines.at(-1), "Fetched org/model: 7.5 GB in 1 min 15 s.")
    assert.strictEqual(lines.length, 16)
  })

  it("is redrawn on one line of a terminal, and what is said stays above it", () => {
    const { at, show, text } = shown(true)
    at(0, 0)
    show({ _tag: "Said", message: "the cache's main\u001b[2J is used" })
    at(1, GB)
    at(10, 5 * GB)
    assert.deepStrictEqual(onTerminal(text()), [
      "the cache's main\\x1b[2J is used",
      "Fetching org/model: █████████████░░░░░░░ 5.0 GB of 7.5 GB · 500 MB/s · 5 s left"
    ])
  })

  it("is told of before it is", () => {
    assert.deepStrictEqual(toFetch([{ name: "org/model (main)", files: 1, bytes: 18 }]), ["To be fetched first: org/model (main), 1 file, 18 B."])
  })
})
