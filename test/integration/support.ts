import Database from "better-sqlite3"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const assay = fileURLToPath(new URL("../../bin/assay.js", import.meta.url))
export const study = fileURLToPath(new URL("studies/digits.ts", import.meta.url))

/** Starts `assay run` on the small study in a folder of its own, as a user would. */
export const start = (folder: string, ...options: ReadonlyArray<string>) => startOn(study, {}, folder, ...options)

/** The same on another study, with variables of the environment that it reads. */
export const startOn = (study: string, env: { readonly [name: string]: string }, folder: string, ...options: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [assay, "run", study, ...options], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env, ASSAY_DB: `${folder}/runs.db` }
  })
  let said = ""
  child.stderr.on("data", (text) => (said += text))
  const ended = once(child, "exit").then(([code, signal]) => ({ code, signal, said }))
  const running = () => child.exitCode === null && child.signalCode === null
  return { ended, kill: () => child.kill("SIGKILL"), running }
}

/** Rows of a query on a folder's database; none while it has no such table yet. */
export const rows = (folder: string, sql: string): ReadonlyArray<Record<string, unknown>> => {
  const file = `${folder}/runs.db`
  if (!existsSync(file)) return []
  const database = new Database(file, { readonly: true })
  try {
    return database.prepare(sql).all() as ReadonlyArray<Record<string, unknown>>
  } catch (error) {
    if (error instanceof Error && /no such table|locked|malformed/.test(error.message)) return []
    throw error
  } finally {
    database.close()
  }
}

/** Everything that a study found out, seed by seed, under names that do not change from database to database. */
export const findings = (folder: string, seeds: ReadonlyArray<number>) => {
  const place = `FROM run r JOIN run_stage rs ON rs.run = r.id JOIN stage s ON s.id = rs.stage`
  const which = `WHERE r.status = 'done' AND r.seed IN (${seeds.join()})`
  const at = "r.seed, rs.position, s.name AS stage, s.fingerprint"
  return {
    metrics: rows(folder, `SELECT ${at}, k.scope, k.name, m.step, m.value ${place}
      JOIN metric m ON m.stage = s.id JOIN metric_key k ON k.id = m.key ${which} ORDER BY 1, 2, 5, 6, 7`),
    samples: rows(folder, `SELECT ${at}, p.scope, p.step, p.ordinal, p.example, p.prompt, p.completion, p.solution,
      p.token_count, p.finish_reason, p.width, p.height, p.input_width, p.input_height ${place}
      JOIN sample p ON p.stage = s.id ${which} ORDER BY 1, 2, 5, 6, 7`),
    rewards: rows(folder, `SELECT ${at}, p.scope, p.step, p.ordinal, w.ordinal AS part_ordinal, w.part, w.value, w.error ${place}
      JOIN sample p ON p.stage = s.id JOIN sample_reward w ON w.sample = p.id ${which} ORDER BY 1, 2, 5, 6, 7, 8`),
    boxes: rows(folder, `SELECT ${at}, p.scope, p.step, p.ordinal, b.ordinal AS box, b.role, b.label, b.space,
      b.x1, b.y1, b.x2, b.y2 ${place}
      JOIN sample p ON p.stage = s.id JOIN box b ON b.sample = p.id ${which} ORDER BY 1, 2, 5, 6, 7, 8`),
    kept: rows(folder, `SELECT ${at}, w.role, w.step, w.artifact ${place}
      JOIN kept_weights w ON w.stage = s.id ${which} ORDER BY 1, 2, 5`),
    weights: rows(folder, `SELECT ${at}, s.subject ${place} ${which} AND s.subject IS NOT NULL ORDER BY 1, 2`)
  }
}
