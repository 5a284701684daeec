/** The lines of a pack as rows of this database, whichever ids they had in theirs. */
import type { Statement } from "better-sqlite3"
import { dropBest, dropCheckpoints } from "../journal/artifacts.ts"
import type { Connection } from "../journal/Connection.ts"
import { rewindRecords } from "../journal/rewind.ts"
import { graphOf } from "./graph.ts"
import type { Rows, Value } from "./lines.ts"

type Row = { readonly [column: string]: Value }

const namesOf = (columns: ReadonlyArray<string>): string => columns.map((column) => `"${column}"`).join(", ")

/** What putting in one pack came to. */
export interface Put {
  /** Whether the stage or run of the pack is there now by it, and was not finished before. */
  readonly taken: boolean
  /** Hashes of artifacts that were of use until now. */
  readonly dropped: ReadonlyArray<string>
}

/** Whether another process has it in hand. */
const isClaimed = ({ handle: { sqlite }, worker }: Connection, name: string): boolean =>
  sqlite.prepare("SELECT 1 FROM claim WHERE name = ? AND worker <> ?").get(name, worker ?? "") !== undefined

export const putter = (connection: Connection) => {
  const { sqlite } = connection.handle
  const graph = graphOf(sqlite)
  const ids = new Map<string, Map<Value, Value>>()
  const dropped: Array<string> = []

  const statements = new Map<string, Statement>()

  const prepare = (text: string): Statement => {
    const known = statements.get(text) ?? sqlite.prepare(text).safeIntegers()
    statements.set(text, known)
    return known
  }

  const note = (table: string, from: Value, to: Value): void => {
    ids.set(table, (ids.get(table) ?? new Map()).set(from, to))
  }

  /** The same row with the ids of this database; nothing where it hangs on a row that is not here. */
  const translated = (table: string, row: Row): Row | undefined => {
    const own: { [column: string]: Value } = { ...row }
    for (const [column, holder] of graph.ids(table)) {
      const value = row[column]
      if (value === null || value === undefined) continue
      const here = ids.get(holder)?.get(value)
      if (here === undefined) return undefined
      own[column] = here
    }
    return own
  }

  const insertion = (table: string, columns: ReadonlyArray<string>): string =>
    `INSERT INTO ${table} (${namesOf(columns)}) VALUES (${columns.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`

  /** Rows without numbers of their own, such as metrics: most of all, so they go without a detour. */
  const insertAll = ({ columns, rows, table }: Rows): void => {
    const statement = prepare(insertion(table, columns))
    const holders = columns.map((column) => graph.ids(table).get(column))
    for (const row of rows) {
      const own = row.map((value, i) => value === null || holders[i] === undefined ? value : ids.get(holders[i])?.get(value))
      if (!own.includes(undefined)) statement.run(...own)
    }
  }

  const insert = (table: string, { id, ...row }: Row): void => {
    const made = prepare(`${insertion(table, Object.keys(row))} RETURNING id`).pluck().get(...Object.values(row)) as Value | undefined
    note(table, id!, made ?? find(table, row))
  }

  /** The id of a row that is here already. */
  const find = (table: string, row: Row): Value => {
    const unique = graph.unique(table)
    const where = unique.map((column) => `"${column}" = ?`).join(" AND ")
    return prepare(`SELECT id FROM ${table} WHERE ${where}`).pluck().get(...unique.map((column) => row[column]!)) as Value
  }

  const update = (table: string, id: Value, { id: _, ...row }: Row): void => {
    const set = Object.keys(row).map((column) => `"${column}" = ?`).join(", ")
    prepare(`UPDATE ${table} SET ${set} WHERE id = ?`).run(...Object.values(row), id)
  }

  /** A stage that is finished here stays as it is, and so does one that another process has in hand. */
  const stage = (row: Row): boolean => {
    const known = prepare("SELECT id, status FROM stage WHERE fingerprint = ?").get(row["fingerprint"]!) as Row | undefined
    if (known === undefined) {
      insert("stage", row)
      return true
    }
    if (known["status"] === "done" || isClaimed(connection, String(row["fingerprint"]))) return false
    const id = Number(known["id"])
    rewindRecords(sqlite, id, -1)
    connection.statements.forgetAnswers.run(id)
    dropped.push(...dropCheckpoints(connection, id, "all"), ...dropBest(connection, id, "all"))
    update("stage", known["id"]!, row)
    note("stage", row["id"]!, known["id"]!)
    return true
  }

  /** The same of a run; which of several is the current one stays as it is here. */
  const run = (row: Row): boolean => {
    const key = { experiment: row["experiment"]!, variant: row["variant"]!, seed: row["seed"]! }
    const known = prepare("SELECT id, status, current FROM run WHERE experiment = ? AND variant = ? AND seed = ? AND fingerprint = ?")
      .get(...Object.values(key), row["fingerprint"]!) as Row | undefined
    if (known === undefined) {
      const other = prepare("SELECT 1 FROM run WHERE experiment = ? AND variant = ? AND seed = ? AND current = 1").get(...Object.values(key))
      insert("run", { ...row, current: other === undefined ? row["current"]! : 0n })
      return true
    }
    if (known["status"] === "done" || isClaimed(connection, `run ${known["id"]}`)) return false
    for (const { column, table } of graph.owned("run")) prepare(`DELETE FROM ${table} WHERE ${column} = ?`).run(known["id"]!)
    update("run", known["id"]!, { ...row, current: known["current"]! })
    note("run", row["id"]!, known["id"]!)
    return true
  }

  /** A stage that a run rests on, by its fingerprint. */
  const point = (row: Row): void => {
    const known = prepare("SELECT id FROM stage WHERE fingerprint = ?").pluck().get(row["fingerprint"]!) as Value | undefined
    if (known !== undefined) note("stage", row["id"]!, known)
  }

  const putRow = ({ columns, table }: Rows, values: ReadonlyArray<Value>): boolean => {
    const row = translated(table, Object.fromEntries(columns.map((column, i) => [column, values[i]!])))
    if (row === undefined) return true
    if (table === "stage" && columns.length === 2) point(row)
    else if (table === "stage") return stage(row)
    else if (table === "run") return run(row)
    else insert(table, row)
    return true
  }

  return {
    dropped,
    /** Puts rows in; false where the rest of the pack is of no use. */
    rows: (rows: Rows): boolean => {
      if (rows.columns.includes("id")) return rows.rows.every((row) => putRow(rows, row))
      insertAll(rows)
      return true
    }
  }
}
