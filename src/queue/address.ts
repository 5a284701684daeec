/** Where a queue is: a PostgreSQL database, or a file of SQLite's for the processes of one machine. */
import * as path from "node:path"
import { QueueError } from "./queueError.ts"

export type Address = { readonly kind: "postgres"; readonly url: string } | { readonly kind: "sqlite"; readonly file: string }

/** Reads `postgres://...`, `sqlite:FILE` or the path of a file. Throws `QueueError` (reason "address"). */
export const parse = (text: string): Address => {
  if (/^postgres(ql)?:\/\//.test(text)) {
    if (URL.canParse(text)) return { kind: "postgres", url: text }
    throw new QueueError({ reason: "address", message: "The queue's address is no URL. Write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE." })
  }
  const file = text.replace(/^sqlite:(\/\/)?/, "")
  if (file === "" || /^[a-z][a-z0-9+]+:\/\//i.test(file)) {
    throw new QueueError({
      reason: "address",
      message: `${text} is no queue. Name a PostgreSQL database (postgres://USER:PASSWORD@HOST:PORT/DATABASE) or, on one machine, a file (sqlite:queue.db).`
    })
  }
  return { kind: "sqlite", file }
}

/** The address for people: without the password. */
export const shown = (address: Address): string => {
  if (address.kind === "sqlite") return address.file
  const url = new URL(address.url)
  if (url.password !== "") url.password = "..."
  return url.href
}

/** The folder that is shared unless another is named: beside the queue's file, or beside the database of the submitter. */
export const sharedBeside = (address: Address, db: string): string =>
  path.resolve(address.kind === "sqlite" ? `${address.file}.shared` : path.join(path.dirname(db), ".assay", "shared"))
