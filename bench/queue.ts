/** Cells of no-op stages through a queue, by several workers of this machine: cells a second, and what the queue's database has to do. */
import { spawn } from "node:child_process"
import { statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { type Postgres, postgres, programs } from "../test/queue/support/postgres.ts"
import * as Measure from "./support/measure.ts"
import { processorSeconds } from "./support/processor.ts"

const bin = fileURLToPath(new URL("../bin/assay.js", import.meta.url))
const study = fileURLToPath(new URL("support/noopStudy.ts", import.meta.url))
const workers = 4

const command = (folder: string, cells: number, ...args: ReadonlyArray<string>) => {
  const running = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ASSAY_BENCH_GRID: `${cells}x2` } })
  let said = ""
  running.stderr.on("data", (text) => (said += text))
  const ended = new Promise<void>((resolve, reject) =>
    running.on("close", (code) => code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}: ${said.slice(-2000)}`))))
  return { running, ended }
}

/** What PostgreSQL counted. */
const counted = (url: string) =>
  Effect.gen(function*() {
    const Pg = yield* Effect.promise(() => import("@effect/sql-pg/PgClient"))
    const ask = Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const [row] = yield* sql<{ readonly commits: string; readonly bytes: string }>`
        SELECT xact_commit AS commits, pg_database_size(current_database()) AS bytes FROM pg_stat_database WHERE datname = current_database()`
      return { commits: Number(row!.commits), bytes: Number(row!.bytes) }
    })
    return yield* Effect.provide(ask, Pg.layer({ url: Redacted.make(url) }))
  }).pipe(Effect.scoped, Effect.runPromise)

/** Has all cells run, and says how long it took from the first worker's start. */
const once = (queue: string, cells: number) =>
  Measure.inFolder(async (folder) => {
    const begun = performance.now()
    const submitter = command(folder, cells, "run", study, "--queue", queue, "--shared", join(folder, "shared"))
    const all = Array.from({ length: workers }, (_, i) =>
      command(folder, cells, "worker", "--queue", queue, "--db", join(folder, `worker-${i}.db`), "--jobs", "1", "--idle", "600", study))
    await submitter.ended
    const seconds = (performance.now() - begun) / 1000
    const processor = all.reduce((sum, { running }) => sum + processorSeconds(running.pid!), 0)
    for (const { running } of all) running.kill("SIGKILL")
    await Promise.allSettled(all.map(({ ended }) => ended))
    return { seconds, workerProcessorSeconds: processor, databaseBytes: statSync(join(folder, "runs.db")).size }
  })

const perCell = (cells: number, { seconds, workerProcessorSeconds, databaseBytes }: Awaited<ReturnType<typeof once>>) => ({
  seconds,
  cellsPerSecond: cells / seconds,
  workerMillisecondsPerCell: 1000 * workerProcessorSeconds / cells,
  databaseBytesPerCell: databaseBytes / cells
})

const onPostgres = async (cells: number) => {
  const server: Postgres = await postgres()
  await server.start()
  try {
    const before = await counted(server.url)
    const result = await once(server.url, cells)
    const after = await counted(server.url)
    return {
      ...perCell(cells, result),
      serverProcessorMillisecondsPerCell: 1000 * processorSeconds(server.pid()!) / cells,
      transactionsPerCell: (after.commits - before.commits) / cells,
      queueBytesPerCell: (after.bytes - before.bytes) / cells
    }
  } finally {
    await server.crash()
    server.remove()
  }
}

export const queue: Measure.Part = async ({ smoke }) => {
  const cells = smoke ? 20 : Number(process.env["ASSAY_BENCH_CELLS"] ?? 10_000)
  Measure.say(`queue: ${cells} cells of two stages over ${workers} workers, SQLite`)
  const sqlite = await Measure.inFolder(async (folder) => perCell(cells, await once(`sqlite:${join(folder, "queue.db")}`, cells)))
  Measure.say("queue: the same, PostgreSQL")
  return { cells, workers, sqlite, postgres: programs === undefined ? null : await onPostgres(cells) }
}
