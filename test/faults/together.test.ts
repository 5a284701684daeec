/** Several processes on one database: they share the work, none does what another has in hand, and whoever dies is replaced. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Store from "../../src/store/index.ts"
import { rows } from "../integration/support.ts"
import { finish, harness, run, type Running, shared } from "./support/processes.ts"
import { checkSound, checkTidy, found } from "./support/sound.ts"
import { drawn, folders, times, trial } from "./support/trials.ts"

const { make, remove } = folders()
afterAll(remove)

const options = (folder: string) => ({ env: { ASSAY_FAULTS_EXECUTIONS: join(folder, "executions") } })

const start = (folder: string): Running => harness(folder, shared, options(folder))

/** As many at once: none gets far before all are there. */
const startAll = async (folder: string, many: number): Promise<ReadonlyArray<Running>> => {
  const all = Array.from({ length: many }, () => start(folder))
  while (rows(folder, "SELECT id FROM worker").length < many && all.every(({ process }) => process.exitCode === null)) await setTimeout(20)
  begin(folder)
  return all
}

/** The first that is seen with a stage in hand. */
const atWork = async (folder: string, all: ReadonlyArray<Running>): Promise<Running> => {
  while (all.some(({ process }) => process.exitCode === null)) {
    const inHand = executions(folder).filter(({ to }) => to === undefined).map(({ pid }) => pid)
    const found = all.find(({ process }) => inHand.includes(process.pid!))
    if (found !== undefined) return found
    await setTimeout(2)
  }
  throw new Error("both ended before a stage was seen in hand")
}

const begin = (folder: string): void => writeFileSync(join(folder, "executions.open"), "")

interface Execution {
  readonly label: string
  readonly pid: number
  readonly from: number
  /** Undefined where it was killed. */
  readonly to: number | undefined
}

/** What was executed, in order. */
const executions = (folder: string): ReadonlyArray<Execution> => {
  const file = join(folder, "executions")
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map((line) => line.split(" ")) : []
  const of = (what: string) => lines.filter(([first]) => first === what).map(([, label, pid, at]) => ({ label: label!, pid: Number(pid), at: Number(at) }))
  const ends = of("end")
  return of("begin").map(({ at, label, pid }) => ({
    label,
    pid,
    from: at,
    to: ends.find((end) => end.pid === pid && end.label === label && end.at >= at)?.at
  }))
}

/** Throws where a stage was not executed, or twice by processes that live: a killed one may have ended it and not yet said so. */
const checkOnce = (folder: string, killed?: number): void => {
  for (const [label, all] of Map.groupBy(executions(folder), (one) => one.label)) {
    const by = all.flatMap(({ pid, to }) => to === undefined ? [] : [pid])
    if (by.length === 0 || by.filter((pid) => pid !== killed).length > 1) throw new Error(`${label} was executed by ${by.join()}`)
  }
}

let expected: ReturnType<typeof found>
beforeAll(async () => {
  const folder = make("alone")
  begin(folder)
  const { code, err } = await start(folder).ended
  assert.strictEqual(code, 0, err)
  checkOnce(folder)
  expected = found(folder)
  assert.isAbove(expected["metrics"]!.length, 20)
})

const check = (folder: string): void => {
  checkSound(folder)
  checkTidy(folder)
  assert.deepStrictEqual(found(folder), expected)
}

describe.each([[2, times(4, 1)], [8, times(3, 0)]])("%i processes that are started on one database", (many, trials) => {
  const kind = `${many} processes at once`

  it.skipIf(trials === 0)("do everything once, all of it, and each ends with all of it", async () => {
    for (let i = 0; i < trials; i++) {
      await trial(kind, `study ${i}`, async () => {
        const folder = make("together")
        const ended = await Promise.all((await startAll(folder, many)).map((one) => one.ended))
        for (const { code, err } of ended) assert.strictEqual(code, 0, err)
        checkOnce(folder)
        check(folder)
      })
    }
  })

  it.skipIf(trials === 0)("lose nothing when one is killed, and go on with what it had in hand within seconds", async () => {
    const next = drawn(`${kind}, one killed`)
    for (let i = 0; i < trials; i++) {
      await trial(`${kind}, one killed`, `study ${i}`, async () => {
        const folder = make("killed")
        const all = await startAll(folder, many)
        while (executions(folder).length < 2) await setTimeout(5)
        await setTimeout(next() * 500)
        const victim = all.find(({ process }) => process.pid === executions(folder).at(-1)!.pid)!
        victim.process.kill("SIGKILL")
        const killed = performance.timeOrigin + performance.now()
        const ended = await Promise.all(all.filter((one) => one !== victim).map((one) => one.ended))
        for (const { code, err } of ended) assert.strictEqual(code, 0, err)
        await victim.ended
        checkOnce(folder, victim.process.pid)
        await finish(folder, shared, options(folder)) // nothing is left to do, but to forget one that was killed at the very end
        check(folder)
        const cut = executions(folder).filter(({ pid, to }) => pid === victim.process.pid && to === undefined)
        for (const { label } of cut) {
          const again = executions(folder).find((one) => one.label === label && one.from > killed)
          assert.isBelow(again!.from - killed, 15_000)
        }
      })
    }
  })
})

describe("a process that stands still for longer than others wait", () => {
  const kind = "SIGSTOP past the others' patience, then continued"

  const trials = times(2, 0)

  it.skipIf(trials === 0)("is replaced, writes nothing that it should not, and ends with all of it", async () => {
    for (let i = 0; i < trials; i++) {
      await trial(kind, `study ${i}`, async () => {
        const folder = make("stopped")
        const all = await startAll(folder, 2)
        const stopped = await atWork(folder, all)
        stopped.process.kill("SIGSTOP")
        const { code, err } = await all.find((one) => one !== stopped)!.ended
        assert.strictEqual(code, 0, err)
        stopped.process.kill("SIGCONT")
        const late = await stopped.ended
        assert.strictEqual(late.code, 0, late.err)
        check(folder)
      })
    }
  })
})

describe("a second process", () => {
  it("says that it is not alone", { tags: ["long"] }, async () => {
    const folder = make("second")
    begin(folder)
    const first = Layer.build(Store.workingLayer({ file: join(folder, "runs.db"), objects: join(folder, ".assay/objects") }))
    const second = Effect.promise(() => run(folder, shared, options(folder)).ended)
    const { code, err } = await Effect.runPromise(Effect.scoped(Effect.andThen(first, second)))
    assert.strictEqual(code, 0, err)
    assert.include(err, `Another process (${process.pid}) runs studies on runs.db, too. The work is shared`)
  })
})
