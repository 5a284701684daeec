/**
 * Drizzle, as this program uses it; everything else takes it from here.
 *
 * It is required, not imported: for each module that is imported, Node parses its package's manifest anew, and Drizzle's has
 * 180 kB. For its hundred modules that took half a second of CPU time at every start of the command.
 */
import { createRequire } from "node:module"

const require = createRequire(import.meta.url)

export const {
  and, asc, count, desc, eq, getTableColumns, getViewSelectedFields, inArray, sql, sum
}: typeof import("drizzle-orm") = require("drizzle-orm")

export const {
  customType, index, integer, primaryKey, real, sqliteTable, sqliteView, text, uniqueIndex
}: typeof import("drizzle-orm/sqlite-core") = require("drizzle-orm/sqlite-core")

export const { drizzle }: typeof import("drizzle-orm/better-sqlite3") = require("drizzle-orm/better-sqlite3")
