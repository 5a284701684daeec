/** Machines of a test: folders of their own, a submitter in one, and workers that share nothing with each other but the queue. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { assert } from "vitest"
import { assay, type Running } from "../../faults/support/processes.ts"
import { checkSound, checkTidy, found } from "../../faults/support/sound.ts"
import { rows } from "../../integration/support.ts"

const cells = fileURLToPath(new URL("../studies/cells.ts", import.meta.url))

/** Seconds after which a silent worker is given up. */
export const lease = 4

export interface Execution {
  readonly what: string
  readonly label: string
  readonly fingerprint: string
  readonly pid: number
}

export interface Options {
  /** Its file, if not that of `cells`. */
  readonly study?: string
  /** The place that all reach, if not a folder. */
  readonly shared?: string
  /** Variables by which they do. */
  readonly more?: () => { readonly [name: string]: string }
}

export const machines = ({ more = () => ({}), shared, study = cells }: Options = {}) => {
  const root = mkdtempSync(join(tmpdir(), "assay-queue-"))
  const executions = join(root, "executions")
  const alive = new Set<Running>()
  const started = (folder: string, args: ReadonlyArray<string>) => {
    const running = assay(folder, args, { env: { ASSAY_TEST_EXECUTIONS: executions, ...more() } })
    alive.add(running)
    void running.ended.then(() => alive.delete(running))
    return running
  }
  return {
    root,
    /** A folder of its own. */
    make: (name: string): string => mkdtempSync(join(root, `${name}-`)),
    submitter: (folder: string, queue: string) =>
      started(folder, ["run", study, "--queue", queue, "--shared", shared ?? join(root, "shared"), "--lease", String(lease)]),
    worker: (queue: string, ...more: ReadonlyArray<string>) => {
      const folder = mkdtempSync(join(root, "worker-"))
      return started(folder, ["worker", "--queue", queue, "--db", join(folder, "own.db"), "--jobs", "1", "--idle", "20", ...more, study])
    },
    alone: (folder: string) => started(folder, ["run", study, "--jobs", "2"]),
    executions: (): ReadonlyArray<Execution> =>
      !existsSync(executions) ? [] : readFileSync(executions, "utf8").split("\n").filter((line) => line !== "").map((line) => {
        const [what, label, fingerprint, pid] = line.split(" ")
        return { what: what!, label: label!, fingerprint: fingerprint!, pid: Number(pid) }
      }),
    remove: () => {
      for (const { process } of alive) process.kill("SIGKILL")
      rmSync(root, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

export type Machines = ReturnType<typeof machines>

/** Waits until something holds; throws with what the processes said where it does not in time. */
export const until = async (what: string, holds: () => boolean, processes: ReadonlyArray<Running> = []): Promise<void> => {
  for (let i = 0; !holds(); i++) {
    if (i > 4000) throw new Error(`not in time: ${what}\n${processes.map((one) => one.err()).join("\n---\n")}`)
    await setTimeout(10)
  }
}

/** Waits until one of the workers is in the middle of a cell. */
export const oneAtWork = async (machines: Machines, workers: ReadonlyArray<Running>): Promise<Running> => {
  let found: Running | undefined
  await until("a worker in the middle of a cell", () => {
    const executions = machines.executions()
    found = workers.find(({ process: { pid } }) => {
      const last = executions.findLast((one) => one.pid === pid)
      return last?.what === "begin" && last.label !== "shared"
    })
    return found !== undefined
  }, workers)
  return found!
}

export const succeeded = async (running: Running): Promise<void> => {
  const { code, err, out, signal } = await running.ended
  assert.strictEqual(code, 0, `${signal ?? ""} ${err}${out}`)
}

/** Every cell is in the submitter's database once, as the same study on one machine has it, and nothing else is left there. */
export const checkSame = (folder: string, alone: string): void => {
  checkSound(folder)
  checkTidy(folder)
  assert.deepStrictEqual(rows(folder, "SELECT variant, seed, count(*) AS n FROM run GROUP BY variant, seed HAVING n > 1"), [])
  assert.strictEqual(rows(folder, "SELECT 1 FROM run WHERE status = 'done' AND current = 1").length, 12)
  assert.deepStrictEqual(found(folder), found(alone))
  const outputs = "SELECT r.variant, r.seed, rs.position, rs.label, s.fingerprint, s.output, s.subject FROM run r JOIN run_stage rs ON rs.run = r.id JOIN stage s ON s.id = rs.stage ORDER BY 1, 2, 3"
  assert.deepStrictEqual(rows(folder, outputs), rows(alone, outputs))
}
