import Database from "better-sqlite3"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { assayBin, oldNode, putFinished, study, temporary, until } from "./support.ts"
import { atTerminal, hasTerminal, lastDrawn } from "./terminal.ts"

const { folder, remove } = temporary()
afterAll(remove)

const sentence = "Interrupted. What is committed is kept, and the same command goes on from there."

/** A run of the toy study that stands in its evaluation until it is stopped, on a database of its own. */
const long = (db: string) => ["run", study, "--db", db, "--only", "taste=high", "--seeds", "1", "--set", "answer.pause=60000"]

const statuses = (db: string): ReadonlyArray<unknown> => {
  const database = new Database(join(folder, db), { readonly: true })
  const found = database.prepare("SELECT status FROM run").pluck().all()
  database.close()
  return found
}

/** Starts the command in a process group of its own. */
const start = (node: string, args: ReadonlyArray<string>) => {
  const child = spawn(node, [assayBin, ...args], { cwd: folder, detached: true, stdio: ["ignore", "ignore", "pipe"] })
  let said = ""
  child.stderr.on("data", (text) => said += text)
  const ended = new Promise<number | string | null>((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)))
  return { pid: child.pid!, ended, said: () => said }
}

const nodes = [
  { name: "this Node", node: process.execPath },
  ...(oldNode === undefined ? [] : [{ name: "a Node too old, which starts another,", node: oldNode }])
]

describe.each(nodes)("a run under $name", ({ name, node }) => {
  const fresh = (what: string): string => `${what}-${name.length}.db`

  it.skipIf(!hasTerminal)("ends with the first Ctrl-C: 130, a word that stays on the screen, nothing left running", async () => {
    const db = fresh("pressed")
    const run = atTerminal(node, folder, ...long(db))
    await until(() => run.screen().includes("answer"))
    run.press()
    const closed = await run.closed
    assert.strictEqual(closed.code, 130, closed.screen)
    assert.strictEqual(lastDrawn(closed).trimEnd().split("\r\n").at(-1), sentence)
    assert.deepStrictEqual(statuses(db), ["interrupted"])
  })

  it("takes a signal to its whole group for one, also one that `timeout` sends twice", async () => {
    const db = fresh("group")
    const run = start(node, long(db))
    await until(() => run.said().includes("loop finished"))
    process.kill(run.pid, "SIGTERM")
    process.kill(-run.pid, "SIGTERM")
    assert.strictEqual(await run.ended, 130, run.said())
    assert.include(run.said(), sentence)
    assert.deepStrictEqual(statuses(db), ["interrupted"])
  })

  it("ends when only the process gets the signal that the user started", async () => {
    const db = fresh("parent")
    const run = start(node, long(db))
    await until(() => run.said().includes("loop finished"))
    process.kill(run.pid, "SIGINT")
    assert.strictEqual(await run.ended, 130, run.said())
    assert.deepStrictEqual(statuses(db), ["interrupted"])
  })

  // early ones come while the program is loaded, and the last inside of SQLite, which says nothing
  it.each([250, 350, 450, 1500])("stops a query that does not end, %i ms after its start", async (delay) => {
    await putFinished(folder)
    const endless = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT count(*) FROM t"
    const query = start(node, ["sql", endless])
    await new Promise((resolve) => setTimeout(resolve, delay))
    process.kill(query.pid, "SIGINT")
    assert.include([130, "SIGINT"], await query.ended)
  })
})
