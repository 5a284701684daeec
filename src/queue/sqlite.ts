/** Effect's SQL client over a file of SQLite: Effect's own for Node has no version for this Effect. */
import Database from "better-sqlite3"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlConnection from "effect/sql/SqlConnection"
import * as SqlError from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"

/** How long to wait for another process that writes, in milliseconds. */
const patience = 10_000

const opened = (file: string): Database.Database => {
  const db = new Database(file, { timeout: patience })
  db.pragma("journal_mode = WAL")
  db.pragma("synchronous = NORMAL")
  return db
}

const explained = (operation: string) => (cause: unknown) =>
  new SqlError.SqlError({ reason: SqlError.classifySqliteError(cause, { message: `Failed to ${operation}`, operation }) })

/** Statements of one text are compiled once. */
const preparing = (db: Database.Database) => {
  const known = new Map<string, Database.Statement>()
  return (text: string): Database.Statement => {
    const statement = known.get(text) ?? db.prepare(text)
    if (known.size >= 200) known.clear() // texts with many parameters are as many texts
    known.set(text, statement)
    return statement
  }
}

const connectionOf = (db: Database.Database): SqlConnection.Connection => {
  const prepare = preparing(db)
  const run = (text: string, params: ReadonlyArray<unknown>, asArrays: boolean) =>
    Effect.try({
      try: () => {
        const statement = prepare(text)
        if (statement.reader) return statement.raw(asArrays).all(...params) as Array<Array<unknown>>
        statement.run(...params)
        return []
      },
      catch: explained("execute statement")
    })
  const execute: SqlConnection.Connection["execute"] = (text, params, transform) =>
    transform === undefined ? run(text, params, false) : Effect.map(run(text, params, false), transform)
  return {
    execute,
    executeUnprepared: execute,
    executeRaw: (text, params) => run(text, params, false),
    executeValues: (text, params) => run(text, params, true),
    executeValuesUnprepared: (text, params) => run(text, params, true),
    executeStream: () => Stream.die("not needed here")
  }
}

const make = Effect.fnUntraced(function*(file: string) {
  const db = yield* Effect.acquireRelease(
    Effect.try({ try: () => opened(file), catch: explained("open the file") }),
    (db) => Effect.sync(() => db.close())
  )
  const connection = connectionOf(db)
  const one = yield* Semaphore.make(1)
  return yield* SqlClient.make({
    acquirer: one.withPermits(1)(Effect.succeed(connection)),
    transactionAcquirer: Effect.uninterruptibleMask((restore) => {
      const scope = Context.getUnsafe(Fiber.getCurrent()!.context, Scope.Scope)
      return restore(one.take(1)).pipe(
        Effect.tap(() => Scope.addFinalizer(scope, one.release(1))),
        Effect.as(connection)
      )
    }),
    compiler: Statement.makeCompilerSqlite(),
    driver: "better-sqlite3",
    beginTransaction: "BEGIN IMMEDIATE",
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    isTransaction: () => db.inTransaction,
    spanAttributes: []
  })
})

export const layer = (file: string): Layer.Layer<SqlClient.SqlClient, SqlError.SqlError> =>
  Layer.effect(SqlClient.SqlClient, make(file)).pipe(Layer.provide(Reactivity.layer))
