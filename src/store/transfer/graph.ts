/** What hangs on what in runs.db, as its foreign keys have it: so a table that a task or a later schema adds goes along by itself. */
import type { Database } from "better-sqlite3"

interface Key {
  readonly id: number
  readonly from: string
  readonly to: string
  readonly table: string
  readonly on_delete: string
}

/** Rows of `table` that go with one of another: its `column` holds the id. */
export interface Owned {
  readonly table: string
  readonly column: string
}

/** A column that holds the id of a row of another table. */
export interface Reference {
  readonly column: string
  readonly table: string
}

export interface Graph {
  /** What is deleted with a row of the table. */
  readonly owned: (table: string) => ReadonlyArray<Owned>
  /** Columns that hold ids, whose rows are not the owner. */
  readonly named: (table: string) => ReadonlyArray<Reference>
  /** Every column that holds an id, by the table that has it. */
  readonly ids: (table: string) => ReadonlyMap<string, string>
  /** Columns by which a row is known without its id; empty where it is not. */
  readonly unique: (table: string) => ReadonlyArray<string>
}

const remembered = <A>(find: (table: string) => A): (table: string) => A => {
  const known = new Map<string, A>()
  return (table) => {
    if (!known.has(table)) known.set(table, find(table))
    return known.get(table)!
  }
}

export const graphOf = (sqlite: Database): Graph => {
  const tables = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as ReadonlyArray<string>
  const keys = remembered((table) => sqlite.pragma(`foreign_key_list(${table})`) as ReadonlyArray<Key>)
  const isOwner = (key: Key): boolean => key.on_delete === "CASCADE"
  /** The table whose id a column holds, however many tables it comes through. */
  const holder = (table: string, column: string): string | undefined => {
    const key = keys(table).find(({ from }) => from === column)
    return key === undefined ? undefined : key.to === "id" ? key.table : holder(key.table, key.to)
  }
  const toId = (table: string) => keys(table).filter(({ to }) => to === "id")
  return {
    owned: remembered((table) =>
      tables.flatMap((child) =>
        toId(child).filter((key) => isOwner(key) && key.table === table).map(({ from }) => ({ table: child, column: from })))),
    named: remembered((table) => toId(table).filter((key) => !isOwner(key)).map(({ from, table }) => ({ column: from, table }))),
    ids: remembered((table) =>
      new Map(keys(table).flatMap(({ from }) => {
        const held = holder(table, from)
        return held === undefined ? [] : [[from, held] as const]
      }))),
    unique: remembered((table) => {
      const indexes = sqlite.pragma(`index_list(${table})`) as ReadonlyArray<{ readonly name: string; readonly origin: string }>
      const index = indexes.find(({ origin }) => origin === "u")
      return index === undefined
        ? []
        : (sqlite.pragma(`index_info(${index.name})`) as ReadonlyArray<{ readonly name: string }>).map(({ name }) => name)
    })
  }
}
