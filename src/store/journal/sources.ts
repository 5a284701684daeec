/** What code and policies were made of, noted so that a later change of them can be told in words. */
import type { Connection } from "./Connection.ts"

/** Some code by its hash. */
export interface NotedCode {
  readonly hash: string
  /** Version of this program. */
  readonly assay: string
  /** JSON. */
  readonly outline: string
}

/** A policy before any stage changed it. */
export interface NotedPolicy {
  readonly fingerprint: string
  readonly preimage: string
}

export interface Sources {
  readonly codes: ReadonlyArray<NotedCode>
  readonly policies: ReadonlyArray<NotedPolicy>
}

/**
 * Notes those that are not known yet.
 *
 * @internal
 */
export const noteSources = ({ handle: { sqlite }, write }: Connection, { codes, policies }: Sources) =>
  write("noteSources", () => {
    const code = sqlite.prepare("INSERT INTO code (hash, assay, outline) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    for (const { assay, hash, outline } of codes) code.run(hash, assay, outline)
    const policy = sqlite.prepare("INSERT INTO policy (fingerprint, preimage) VALUES (?, ?) ON CONFLICT DO NOTHING")
    for (const { fingerprint, preimage } of policies) policy.run(fingerprint, preimage)
  })
