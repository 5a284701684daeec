/** What must hold of a database and its files after any fault. */
import Database from "better-sqlite3"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { findings, rows } from "../../integration/support.ts"

/** Queries that find what may not be, each with what it would mean. */
const never: { readonly [meaning: string]: string } = {
  "a finished stage without a result": "SELECT id FROM stage WHERE status = 'done' AND output IS NULL",
  "a finished run with a stage that is not": `
    SELECT r.id FROM run r JOIN run_stage rs ON rs.run = r.id JOIN stage s ON s.id = rs.stage
    WHERE r.status = 'done' AND s.status <> 'done'`,
  "a run whose stages have gaps": `
    SELECT run FROM run_stage GROUP BY run HAVING count(*) <> max(position) + 1`,
  "a step that was skipped": `
    SELECT stage FROM metric m JOIN metric_key k ON k.id = m.key WHERE k.scope = '' GROUP BY stage HAVING count(DISTINCT step) <> max(step) + 1`,
  "answers without their step": `
    SELECT c.id FROM completion c JOIN stage s ON s.id = c.stage
    WHERE s.kind = 'loop' AND NOT EXISTS (SELECT 1 FROM metric m WHERE m.stage = c.stage AND m.step = c.step)`,
  "a last value that is not the last": `
    SELECT l.stage FROM last_value l JOIN (SELECT stage, key, max(step) AS step FROM metric GROUP BY stage, key) m USING (stage, key)
    WHERE m.step <> l.step`,
  "a metric without its last value": `
    SELECT DISTINCT m.stage FROM metric m LEFT JOIN last_value l USING (stage, key) WHERE l.key IS NULL`,
  "a sum over other rewards than there are": `
    SELECT t.stage FROM step_reward t WHERE t.n <> (
      SELECT count(*) FROM completion c JOIN sample_reward w ON w.sample = c.id
      WHERE c.stage = t.stage AND c.scope = t.scope AND c.step = t.step AND w.part = t.part)`,
  "training state of a finished stage": "SELECT c.stage FROM checkpoint c JOIN stage s ON s.id = c.stage WHERE s.status = 'done'",
  "answers kept for a finished stage": "SELECT a.stage FROM answer a JOIN stage s ON s.id = a.stage WHERE s.status = 'done'"
}

const place = (folder: string, hash: string): string => join(folder, ".assay/objects", hash.slice(0, 2), hash.slice(2))

/** Whether a text that stands in its row, or the file of the hash, is what it should be. */
const isWhole = (folder: string, { content, hash }: Named): boolean => {
  const file = place(folder, hash)
  const found = content ?? (existsSync(file) ? readFileSync(file) : "")
  return createHash("sha256").update(found).digest("hex") === hash
}

interface Named {
  readonly hash: string
  readonly content: string | null
}

const named = `
  SELECT hash, content FROM artifact WHERE hash IN (
    SELECT artifact FROM checkpoint UNION SELECT artifact FROM best_weights UNION SELECT artifact FROM kept_weights
    UNION SELECT output FROM stage WHERE output IS NOT NULL UNION SELECT subject FROM stage WHERE subject IS NOT NULL)`

/** Throws with everything that is wrong in a folder; `files` false leaves out whether every file that is named is whole. */
export const checkSound = (folder: string, files = true): void => {
  const file = join(folder, "runs.db")
  if (!existsSync(file)) return
  const db = new Database(file) // as the program does: it recovers what the log has
  try {
    const wrong: Array<string> = []
    const integrity = db.pragma("integrity_check") as ReadonlyArray<{ integrity_check: string }>
    if (integrity[0]?.integrity_check !== "ok") wrong.push(...integrity.map((row) => row.integrity_check))
    if ((db.pragma("foreign_key_check") as ReadonlyArray<unknown>).length > 0) wrong.push("a row that names what is not there")
    if (db.pragma("user_version", { simple: true }) !== 0) {
      for (const [meaning, sql] of Object.entries(never)) if (db.prepare(sql).all().length > 0) wrong.push(meaning)
      const all = db.prepare(named).all() as ReadonlyArray<Named>
      if (files) wrong.push(...all.filter((one) => !isWhole(folder, one)).map(({ hash }) => `the file ${hash} is not whole`))
    }
    if (wrong.length > 0) throw new Error(wrong.join("; "))
  } finally {
    db.close()
  }
}

interface Said {
  readonly variant: string
  readonly seed: number
  readonly stage?: string
  readonly steps?: number
}

/** Throws where something is not in the database that a process said was committed. Its last line may be cut off. */
export const checkSaid = (folder: string, out: string): void => {
  const whole = out.slice(0, out.lastIndexOf("\n") + 1).split("\n").filter((line) => line !== "")
  for (const { seed, stage, steps, variant } of whole.map((line) => JSON.parse(line) as Said)) {
    const of = `FROM run r JOIN run_stage rs ON rs.run = r.id JOIN stage s ON s.id = rs.stage
      WHERE r.variant = '${variant}' AND r.seed = ${seed}`
    const there = stage === undefined
      ? rows(folder, `SELECT 1 FROM run r WHERE r.variant = '${variant}' AND r.seed = ${seed} AND r.status = 'done'`)
      : steps === undefined
      ? rows(folder, `SELECT 1 ${of} AND rs.label = '${stage}' AND s.status = 'done'`)
      : rows(folder, `SELECT 1 ${of} AND rs.label = '${stage}' AND EXISTS (SELECT 1 FROM metric WHERE stage = s.id AND step = ${steps - 1})`)
    if (there.length === 0) throw new Error(`lost: ${JSON.stringify({ variant, seed, stage, steps })}`)
  }
}

/** Everything that the study in a folder found, row by row, for comparison with that of another. */
export const found = (folder: string): { readonly [table: string]: ReadonlyArray<string> } =>
  Object.fromEntries(Object.entries(findings(folder, [0, 1])).map(([table, rows]) => [table, rows.map((row) => JSON.stringify(row)).sort()]))

/** Throws where a finished study left anything behind that is not its result. */
export const checkTidy = (folder: string): void => {
  const left = rows(folder, "SELECT name FROM claim UNION ALL SELECT id FROM worker UNION ALL SELECT artifact FROM unnamed_artifact")
  if (left.length > 0) throw new Error(`left behind: ${JSON.stringify(left)}`)
  const undone = rows(folder, "SELECT id, status FROM run WHERE status <> 'done'")
  if (undone.length > 0) throw new Error(`not done: ${JSON.stringify(undone)}`)
  const drafts = join(folder, ".assay/objects/tmp/runs.db")
  const files = existsSync(drafts) ? readdirSync(drafts) : []
  if (files.length > 0) throw new Error(`half-written files: ${files.join()}`)
}
