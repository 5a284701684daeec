/** Rewards of one's own that look something up, on the command line. */
import { afterAll, assert, describe, it } from "vitest"
import { existsSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { json } from "node:stream/consumers"
import { assay, temporary } from "./support.ts"

const { folder, remove } = temporary()
let asked = 0
const server = createServer(async (request, response) => {
  asked++
  const { messages } = await json(request) as { messages: ReadonlyArray<{ content: string }> }
  const { answer_to_grade } = JSON.parse(messages[1]!.content)
  response.end(JSON.stringify({ choices: [{ message: { content: `{"score": ${answer_to_grade.length / 1000}}` } }] }))
})
afterAll(() => {
  server.close()
  remove()
})

describe("assay score", () => {
  it("asks a judge about every row once, in order, and nothing in a second run", async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    writeFileSync(
      join(folder, "mine.ts"),
      `import { Reward } from "assay"\nexport const strict = Reward.judge({ url: "${url}", model: "m", rubric: "How long is it?" })\n`
    )
    const rows = Array.from({ length: 130 }, (_, i) => JSON.stringify({ id: i, completion: "a".repeat(i), solution: "" }))
    writeFileSync(join(folder, "rows.jsonl"), [...rows.slice(0, 70), "no row", ...rows.slice(70)].join("\n"))
    const first = await assay(folder, "score", "rows.jsonl", "--rewards", "./mine.ts#strict")
    assert.strictEqual(first.code, 0, first.err)
    const scored = first.out.trim().split("\n").map((line) => JSON.parse(line))
    assert.match(scored[70].error, /^line 71: not JSON/)
    assert.deepStrictEqual(scored.filter(({ error }) => error === undefined), rows.map((_, i) => ({ id: i, judge: i / 1000 })))
    assert.strictEqual(asked, 130)
    assert.isTrue(existsSync(join(folder, ".assay", "workspace", "judged")))
    const second = await assay(folder, "score", "rows.jsonl", "--rewards", "./mine.ts#strict")
    assert.deepStrictEqual([second.out, asked], [first.out, 130])
  })
})
