/** Rows of one database brought into another: what is there by its natural key stays, so that a second time changes nothing. */
import type { Database } from "better-sqlite3"
import { textDigest } from "../journal/texts.ts"
import { isFresh, namedBy } from "./fresh.ts"
import { keepApart } from "./otherStates.ts"

/** What is brought: an experiment; a finished stage; or a run without what its finished stages left, of which come but the names. */
export type Subject = { readonly experiment: string } | { readonly run: number } | { readonly stage: number }

/** What came over, and what was there. */
export interface Merged {
  readonly runs: {
    readonly added: number
    /** Those that were here and not done. */
    readonly completed: number
    readonly here: number
    /** Of those added, such that another state of the study stays the one that tables are made of. */
    readonly beside: number
  }
  readonly executions: {
    readonly added: number
    readonly here: number
    /** Of those that were here, such that the others' last numbers are not the same: these stay as they are. */
    readonly differing: number
  }
}

/** Tables whose rows come over, and those that every database has by itself or that only a process needs. A test knows of each. */
export const moved = [
  "environment", "environment_fact", "experiment", "variant", "run", "param", "log", "run_stage", "stage", "stage_io", "artifact", "checkpoint",
  "best_weights", "kept_weights", "answer", "metric_key", "metric", "last_value", "step_reward", "stage_tokens", "completion", "text",
  "sample_reward", "box", "code", "policy"
]
export const staying = ["student_t", "worker", "claim", "unnamed_artifact"]

/** Rows that hang on a stage execution, by their column `stage`; completions, which have numbers of their own, apart. */
const ofStage = ["stage_io", "metric", "last_value", "step_reward", "stage_tokens", "checkpoint", "best_weights", "kept_weights", "answer"]

/** Those that have the number of a metric in `key`. */
const withMetric = ["metric", "last_value"]

const tableColumns = new Map<string, ReadonlyArray<string>>()

/** The same in every database that is written. */
const columnsOf = (db: Database, table: string): ReadonlyArray<string> => {
  const columns = tableColumns.get(table) ?? (db.pragma(`main.table_info(${table})`) as Array<{ readonly name: string }>).map(({ name }) => `"${name}"`)
  tableColumns.set(table, columns)
  return columns
}

/** Copies rows with some columns replaced; `from` is what follows FROM, in which the table goes by `t`. */
const copy = (db: Database, table: string, replaced: { readonly [column: string]: string }, from: string, conflict = ""): number => {
  const columns = columnsOf(db, table)
  const values = columns.map((column) => replaced[column.slice(1, -1)] ?? `t.${column}`)
  return db.prepare(`INSERT INTO main.${table} (${columns.join(", ")}) SELECT ${values.join(", ")} FROM ${from} ${conflict}`).run().changes
}

const nothing = "ON CONFLICT DO NOTHING"

const count = (db: Database, sql: string): number => Number(db.prepare(sql).pluck().get())

const any = (db: Database, sql: string): boolean => count(db, `SELECT EXISTS (${sql})`) === 1

/** Which runs are meant, and which executions: by a condition on each, with a value. */
const choose = (db: Database, subject: Subject | undefined): void => {
  const [run, stage, value] = subject === undefined ? ["1", "1"]
    : "experiment" in subject ? ["e.name = ?", "0", subject.experiment]
    : "run" in subject ? ["r.id = ?", "0", subject.run]
    : ["0", "o.id = ?", subject.stage]
  const make = (name: string, what: string, condition: string) =>
    db.prepare(`CREATE TEMP TABLE ${name} AS ${what} ${condition}`).run(...(condition.includes("?") ? [value] : []))
  make("chosen", "SELECT r.id FROM other.run r JOIN other.experiment e ON e.id = r.experiment WHERE", run)
  make("named", "SELECT id FROM other.stage o WHERE id IN (SELECT stage FROM other.run_stage WHERE run IN chosen) OR", stage)
}

/** The experiments and environments that the runs stand in. */
const bringFrames = (db: Database): void => {
  copy(db, "environment", { id: "NULL" }, `other.environment t WHERE id IN (
    SELECT environment FROM other.run WHERE id IN chosen
    UNION SELECT environment FROM other.experiment WHERE id IN (SELECT experiment FROM other.run WHERE id IN chosen))`, nothing)
  db.exec("CREATE TEMP TABLE environment_of AS SELECT o.id AS theirs, m.id AS ours FROM other.environment o JOIN main.environment m USING (digest)")
  copy(db, "environment_fact", { environment: "e.ours" }, "other.environment_fact t JOIN environment_of e ON e.theirs = t.environment WHERE 1", nothing)
  copy(db, "experiment", { id: "NULL", environment: "e.ours" }, `other.experiment t JOIN environment_of e ON e.theirs = t.environment
    WHERE t.id IN (SELECT experiment FROM other.run WHERE id IN chosen)`, nothing)
  db.exec("CREATE TEMP TABLE experiment_of AS SELECT o.id AS theirs, m.id AS ours FROM other.experiment o JOIN main.experiment m USING (name)")
  copy(db, "variant", { experiment: "e.ours" }, `other.variant t JOIN experiment_of e ON e.theirs = t.experiment
    WHERE t.experiment IN (SELECT experiment FROM other.run WHERE id IN chosen)`, nothing)
}

/** Takes back what executions recorded that are unfinished, or whose results are lost, and returns the hashes of what they kept. */
const clear = (db: Database, stages: string): ReadonlyArray<string> => {
  const hashes = (db.prepare(namedBy(stages, "main")).pluck().all() as Array<string | null>).filter((hash) => hash !== null)
  for (const table of [...ofStage, "completion"]) db.exec(`DELETE FROM main.${table} WHERE stage IN (${stages})`)
  db.exec(`UPDATE main.stage SET output = NULL, subject = NULL WHERE id IN (${stages})`)
  return hashes
}

/**
 * Stage executions: new ones, and those that were here unfinished or `lost`, in nobody else's hands, and are done there, or further. `fresh` are
 * the ones whose rows come over: none where they are but `named`. Returns hashes of what was taken back.
 */
const bringStages = (db: Database, worker: string, lost: ReadonlyArray<string>, onlyNamed: boolean): ReadonlyArray<string> => {
  db.prepare(`
    CREATE TEMP TABLE wanted AS
    SELECT o.id AS theirs, m.id AS known, ${onlyNamed ? "0" : isFresh} AS fresh
    FROM other.stage o LEFT JOIN main.stage m ON m.fingerprint = o.fingerprint
    WHERE o.id IN named`).run(onlyNamed ? {} : { worker, lost: JSON.stringify(lost) })
  const fresh = "SELECT theirs FROM wanted WHERE fresh"
  copy(db, "artifact", { stamp: "NULL" }, `other.artifact t WHERE hash IN (${namedBy(fresh)})`,
    "ON CONFLICT DO UPDATE SET content = excluded.content WHERE content IS NULL AND excluded.content IS NOT NULL")
  const dropped = clear(db, "SELECT known FROM wanted WHERE fresh AND known IS NOT NULL")
  db.exec(`
    UPDATE main.stage SET status = o.status, output = o.output, subject = o.subject, error = o.error, started_at = o.started_at, ended_at = o.ended_at
    FROM other.stage o JOIN wanted w ON w.theirs = o.id WHERE w.fresh AND w.known = main.stage.id`)
  // one that is but named has not ended for who has it by its name alone
  const nameless = onlyNamed ? { status: "iif(t.status = 'done', 'running', t.status)", output: "NULL", subject: "NULL" } : {}
  copy(db, "stage", { id: "NULL", ...nameless }, "other.stage t JOIN wanted w ON w.theirs = t.id WHERE w.known IS NULL ORDER BY t.id")
  db.exec(`
    CREATE TEMP TABLE stage_of AS SELECT w.theirs, m.id AS ours, w.fresh
    FROM wanted w JOIN other.stage o ON o.id = w.theirs JOIN main.stage m ON m.fingerprint = o.fingerprint;
    CREATE INDEX temp.stage_of_theirs ON stage_of (theirs)`)
  return dropped
}

const bringKeys = (db: Database): void => {
  copy(db, "metric_key", { id: "NULL" }, "other.metric_key t WHERE 1", nothing)
  db.exec(`
    CREATE TEMP TABLE key_of AS SELECT o.id AS theirs, m.id AS ours
    FROM other.metric_key o JOIN main.metric_key m USING (scope, name, unit, better, counts);
    CREATE INDEX temp.key_of_theirs ON key_of (theirs)`)
}

const bringNumbers = (db: Database): void => {
  for (const table of ofStage) {
    const keys = withMetric.includes(table) ? "JOIN key_of k ON k.theirs = t.key" : ""
    const replaced = { stage: "s.ours", ...(keys === "" ? {} : { key: "k.ours" }) }
    copy(db, table, replaced, `stage_of s JOIN other.${table} t ON t.stage = s.theirs ${keys} WHERE s.fresh`)
  }
}

/** The digest is worked out again: a wrong one would put its text in the place of another. */
const bringCompletions = (db: Database): void => {
  const fresh = "SELECT theirs FROM stage_of WHERE fresh"
  const named = ["prompt", "solution", "details"].map((column) => `SELECT ${column} FROM other.completion WHERE stage IN (${fresh})`)
  db.exec(`CREATE TEMP TABLE text_named AS SELECT id, text_digest(content) AS digest FROM other.text WHERE id IN (${named.join(" UNION ")})`)
  copy(db, "text", { id: "NULL", digest: "n.digest" }, "text_named n JOIN other.text t ON t.id = n.id WHERE 1", nothing)
  db.exec("CREATE TEMP TABLE text_of (theirs INTEGER PRIMARY KEY, ours INTEGER)")
  db.exec("INSERT INTO text_of SELECT n.id, m.id FROM text_named n JOIN main.text m USING (digest)")
  const text = (column: string) => `(SELECT ours FROM text_of WHERE theirs = t.${column})`
  // one after the other behind our last: their numbers, added to ours, would double with every exchange
  db.exec("CREATE TEMP TABLE completion_of (theirs INTEGER PRIMARY KEY, ours INTEGER)")
  db.exec(`
    INSERT INTO completion_of SELECT id, (SELECT coalesce(max(id), 0) FROM main.completion) + row_number() OVER (ORDER BY id)
    FROM other.completion WHERE stage IN (${fresh})`)
  copy(
    db,
    "completion",
    { id: "c.ours", stage: "s.ours", prompt: text("prompt"), solution: text("solution"), details: text("details") },
    "completion_of c JOIN other.completion t ON t.id = c.theirs JOIN stage_of s ON s.theirs = t.stage ORDER BY c.ours"
  )
  for (const table of ["sample_reward", "box"]) {
    copy(db, table, { sample: "c.ours" }, `completion_of c JOIN other.${table} t ON t.sample = c.theirs ORDER BY c.ours`)
  }
}

/** Runs: new ones, and those that were here and not done, or only planned, and in nobody else's hands. */
const bringRuns = (db: Database, worker: string): Merged["runs"] => {
  db.prepare(`
    CREATE TEMP TABLE run_of AS
    SELECT o.id AS theirs, m.id AS known, m.id IS NULL OR (
        (o.status = 'done' AND m.status <> 'done' OR o.status = 'failed' AND m.status = 'planned')
        AND NOT EXISTS (SELECT 1 FROM main.claim WHERE name = 'run ' || m.id AND worker <> @worker)
      ) AS fresh,
      o.current AND NOT EXISTS (
        SELECT 1 FROM main.run c WHERE c.experiment = e.ours AND c.variant = o.variant AND c.seed = o.seed AND c.current AND c.id IS NOT m.id
      ) AS current
    FROM other.run o JOIN experiment_of e ON e.theirs = o.experiment
    LEFT JOIN main.run m ON m.experiment = e.ours AND m.variant = o.variant AND m.seed = o.seed AND m.fingerprint = o.fingerprint
    WHERE o.id IN chosen`).run({ worker })
  keepApart(db)
  const known = "SELECT known FROM run_of WHERE fresh AND known IS NOT NULL"
  for (const table of ["param", "run_stage", "log"]) db.exec(`DELETE FROM main.${table} WHERE run IN (${known})`)
  db.exec(`
    UPDATE main.run SET status = o.status, error = o.error, started_at = o.started_at, ended_at = o.ended_at, environment = e.ours
    FROM other.run o JOIN run_of r ON r.theirs = o.id JOIN environment_of e ON e.theirs = o.environment
    WHERE r.fresh AND r.known = main.run.id`)
  // nobody runs here what ran there when it was packed
  copy(
    db,
    "run",
    { id: "NULL", experiment: "x.ours", environment: "e.ours", current: "r.current", status: "iif(t.status = 'running', 'interrupted', t.status)" },
    `run_of r JOIN other.run t ON t.id = r.theirs JOIN experiment_of x ON x.theirs = t.experiment
      JOIN environment_of e ON e.theirs = t.environment WHERE r.known IS NULL ORDER BY t.id`
  )
  db.exec(`
    UPDATE run_of SET known = (
      SELECT m.id FROM other.run o JOIN experiment_of e ON e.theirs = o.experiment
      JOIN main.run m ON m.experiment = e.ours AND m.variant = o.variant AND m.seed = o.seed AND m.fingerprint = o.fingerprint
      WHERE o.id = run_of.theirs
    ), fresh = fresh + 2 * (known IS NULL)`)
  const there = (table: string) => `run_of r JOIN other.${table} t ON t.run = r.theirs`
  copy(db, "param", { run: "r.known" }, `${there("param")} WHERE r.fresh`)
  copy(db, "log", { run: "r.known" }, `${there("log")} WHERE r.fresh`)
  copy(db, "run_stage", { run: "r.known", stage: "s.ours" }, `${there("run_stage")} JOIN stage_of s ON s.theirs = t.stage WHERE r.fresh`)
  return {
    added: count(db, "SELECT count(*) FROM run_of WHERE fresh > 1"),
    completed: count(db, "SELECT count(*) FROM run_of WHERE fresh = 1"),
    here: count(db, "SELECT count(*) FROM run_of WHERE NOT fresh"),
    beside: count(db, "SELECT count(*) FROM run_of r JOIN other.run o ON o.id = r.theirs WHERE r.fresh > 1 AND o.current AND NOT r.current")
  }
}

const hashes = /"code":"([0-9a-f]{64})"/g

/** Policies and outlines of code that the executions name, by which their changes are told in words. */
const bringSources = (db: Database): void => {
  const codes = new Set<string>()
  const policies = db.prepare("SELECT fingerprint, preimage FROM other.policy").all() as Array<{ readonly fingerprint: string; readonly preimage: string }>
  const named = new Set<string>()
  const preimages = db.prepare("SELECT o.preimage FROM stage_of s JOIN other.stage o ON o.id = s.theirs").pluck()
  for (const preimage of preimages.iterate() as Iterable<string>) {
    for (const [, hash] of preimage.matchAll(hashes)) codes.add(hash!)
    for (const { fingerprint } of policies) if (!named.has(fingerprint) && preimage.includes(fingerprint)) named.add(fingerprint)
  }
  const used = policies.filter(({ fingerprint }) => named.has(fingerprint))
  for (const { preimage } of used) for (const [, hash] of preimage.matchAll(hashes)) codes.add(hash!)
  const policy = db.prepare("INSERT INTO main.policy (fingerprint, preimage) VALUES (?, ?) ON CONFLICT DO NOTHING")
  for (const { fingerprint, preimage } of used) policy.run(fingerprint, preimage)
  const code = db.prepare("INSERT INTO main.code SELECT * FROM other.code WHERE hash = ? ON CONFLICT DO NOTHING")
  for (const hash of codes) code.run(hash)
}

const executions = (db: Database): Merged["executions"] => ({
  added: count(db, "SELECT count(*) FROM stage_of WHERE fresh"),
  here: count(db, "SELECT count(*) FROM stage_of WHERE NOT fresh"),
  differing: count(db, `
    SELECT count(*) FROM stage_of s JOIN other.stage o ON o.id = s.theirs AND o.status = 'done' JOIN main.stage m ON m.id = s.ours AND m.status = 'done'
    WHERE NOT s.fresh AND EXISTS (
      SELECT 1 FROM other.last_value a JOIN key_of k ON k.theirs = a.key LEFT JOIN main.last_value b ON b.stage = s.ours AND b.key = k.ours
      WHERE a.stage = s.theirs AND a.value IS NOT b.value)`)
})

const scratch = ["chosen", "named", "environment_of", "experiment_of", "wanted", "stage_of", "key_of", "text_named", "text_of", "completion_of", "run_of"]

export interface Options {
  /** All that is there, where it is left out. */
  readonly subject?: Subject
  /** Whose hands may hold what is replaced. */
  readonly worker?: string | undefined
  /** Fingerprints of stages that are done here, but whose results are gone. */
  readonly lost?: ReadonlyArray<string>
  /** Whether to keep writers off both databases at once; those of the other need not be, as what is read is of one instant anyway. */
  readonly lock: boolean
}

/**
 * Brings runs and executions from the database `file` into `db`, with all that they rest on but for files. In one transaction; the caller
 * sees to the files that artifacts name, and to artifacts that were of use until now, whose hashes are `dropped`.
 *
 * @internal
 */
export const merge = (db: Database, file: string, { lock, lost = [], subject, worker = "" }: Options) => {
  db.function("text_digest", { deterministic: true }, (text) => textDigest(String(text)))
  const work = db.transaction(() => {
    choose(db, subject)
    const withRuns = any(db, "SELECT 1 FROM chosen")
    if (withRuns) bringFrames(db)
    const dropped = bringStages(db, worker, lost, subject !== undefined && "run" in subject)
    bringKeys(db)
    // most packs are of one execution or run: what it has not takes no time
    if (any(db, "SELECT 1 FROM stage_of WHERE fresh")) {
      bringNumbers(db)
      bringCompletions(db)
    }
    const runs = withRuns ? bringRuns(db, worker) : { added: 0, completed: 0, here: 0, beside: 0 }
    // whoever asks for one execution or run knows what its code is
    if (subject === undefined || "experiment" in subject) bringSources(db)
    const merged: Merged = { runs, executions: executions(db) }
    for (const table of scratch) db.exec(`DROP TABLE IF EXISTS temp.${table}`)
    return { merged, dropped }
  })
  db.prepare("ATTACH ? AS other").run(file)
  try {
    return lock ? work.immediate() : work.deferred()
  } finally {
    db.exec("DETACH other")
  }
}
