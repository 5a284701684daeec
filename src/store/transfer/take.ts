/** What a stage or a run has in runs.db, as the lines of a pack. */
import type { Database } from "better-sqlite3"
import { latest } from "../migrate.ts"
import { graphOf } from "./graph.ts"
import type { Line, Rows, Value } from "./lines.ts"

/** Rows a line: few enough to be held, enough that the names of columns cost nothing. */
const most = 500

/** What an unfinished stage needs to go on where it runs, and nobody else. */
const ownBusiness = ["answer", "best_weights", "checkpoint"]

/** Known by another name than their id wherever they are, and brought by a pack of their own. */
const apart = ["stage"]

/** Where rows are picked: an SQL condition with one parameter, the id that it all hangs on. */
type Condition = string

export const taker = (sqlite: Database) => {
  const graph = graphOf(sqlite)

  const rows = function*(table: string, where: Condition, id: number, columns = "*"): Generator<Rows> {
    const statement = sqlite.prepare(`SELECT ${columns} FROM ${table} WHERE ${where}`).raw().safeIntegers()
    const names = statement.columns().map(({ name }) => name)
    let batch: Array<ReadonlyArray<Value>> = []
    for (const row of statement.iterate({ id }) as IterableIterator<ReadonlyArray<Value>>) {
      batch.push(row)
      if (batch.length < most) continue
      yield { table, columns: names, rows: batch }
      batch = []
    }
    if (batch.length > 0) yield { table, columns: names, rows: batch }
  }

  /** Rows, after those that they name, and with all that goes with them. */
  const whole = function*(table: string, where: Condition, id: number): Generator<Rows> {
    for (const { column, table: other } of graph.named(table).filter(({ table }) => !apart.includes(table))) {
      yield* whole(other, `id IN (SELECT ${column} FROM ${table} WHERE ${where})`, id)
    }
    yield* rows(table, where, id)
    for (const owned of graph.owned(table).filter(({ table }) => !ownBusiness.includes(table))) {
      yield* whole(owned.table, `${owned.column} IN (SELECT id FROM ${table} WHERE ${where})`, id)
    }
  }

  return {
    /** A finished stage with all that it recorded. */
    stage: function*(id: number): Generator<Line> {
      yield { pack: "stage", schema: latest }
      const named = "SELECT output FROM stage WHERE id = @id UNION SELECT subject FROM stage WHERE id = @id UNION SELECT artifact FROM kept_weights WHERE stage = @id"
      yield* rows("artifact", `hash IN (${named})`, id)
      yield* whole("stage", "id = @id", id)
    },
    /** A run with its config, its environment and the stages that it rests on, those by their fingerprints alone. */
    run: function*(id: number): Generator<Line> {
      yield { pack: "run", schema: latest }
      const experiment = "id = (SELECT experiment FROM run WHERE id = @id)"
      yield* whole("environment", `id IN (SELECT environment FROM experiment WHERE ${experiment})`, id)
      yield* rows("experiment", experiment, id)
      yield* rows("variant", "(experiment, name) IN (SELECT experiment, variant FROM run WHERE id = @id)", id)
      yield* rows("stage", "id IN (SELECT stage FROM run_stage WHERE run = @id)", id, "id, fingerprint")
      yield* whole("run", "id = @id", id)
    }
  }
}
