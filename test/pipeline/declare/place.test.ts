import { assert, describe, it } from "@effect/vitest"
import { callerOf } from "../../../src/pipeline/declare/place.ts"

const of = (...frames: ReadonlyArray<string>) => callerOf(Object.assign(new Error("x"), { stack: ["Error: x", ...frames.map((frame) => `    at ${frame}`)].join("\n") }))

describe("the line of the user's own file", () => {
  it("is the first that is neither Node's nor a package's", () => {
    assert.strictEqual(of("async open (node:internal/fs/promises:1345:10)", "async readFile (node:internal/fs/promises:1:2)"), undefined)
    assert.strictEqual(of("async open (node:internal/fs/promises:1345:10)", "f (/my studies/own.ts:12:3)"), "/my studies/own.ts:12")
    assert.strictEqual(of("node:internal/process/task_queues:95:5", "file:///studies/own.ts:7:1"), "/studies/own.ts:7")
    assert.strictEqual(of("g (/a/node_modules/b/c.js:1:1)", "/my studies/own.ts:9:3"), "/my studies/own.ts:9")
    assert.strictEqual(of("async /studies/own.ts:4:3"), "/studies/own.ts:4")
  })
})
