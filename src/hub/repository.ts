/** Repositories of the Hugging Face hub, and which texts name one. */
import { existsSync } from "node:fs"
import * as Schema from "effect/Schema"

export interface Repository {
  readonly type: "model" | "dataset"
  /** `ORG/NAME`. */
  readonly name: string
  /** A branch, a tag or a commit. */
  readonly revision: string
}

/** `ORG/NAME`. */
export const Name = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/))

/** A branch, a tag or a commit: it becomes a path in the cache, and must not lead out of it. */
export const Revision = Schema.String.check(Schema.isPattern(/^(?!.*\.\.)[A-Za-z0-9][\w./-]*$/))

const isName = Schema.is(Name)

/** Whether what should be a folder is a name on the hub: what exists as a path is a folder, whatever it is called. */
export const isOnHub = (folder: string): boolean => isName(folder) && !existsSync(folder)

/** The place of a model on the hub; undefined where `folder` is one. */
export const modelOnHub = (folder: string, revision = "main"): Repository | undefined =>
  isOnHub(folder) ? { type: "model", name: folder, revision } : undefined

const commit = /^[0-9a-f]{40}$/

/** Whether a revision is a commit, which never means anything else. */
export const isCommit = (revision: string): boolean => commit.test(revision)

/** As Python's tools write it: `hf://datasets/ORG/NAME@COMMIT`. */
export const addressOf = ({ name, type }: Repository, at: string): string =>
  `hf://${type === "dataset" ? "datasets/" : ""}${name}@${at}`

/** The commit at the end of an address; undefined for what is none. */
export const commitIn = (address: unknown): string | undefined =>
  typeof address === "string" ? /^hf:\/\/.*@([0-9a-f]{40})$/.exec(address)?.[1] : undefined

/** What messages call it. */
export const called = ({ name, type }: Repository): string => `the ${type === "dataset" ? "data set" : "model"} "${name}"`
