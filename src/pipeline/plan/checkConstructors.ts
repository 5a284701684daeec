/** What two constructors under one export make is told apart by config alone: what they close over is in no fingerprint. */
import { fileURLToPath } from "node:url"
import { type CodeRef, type Node, partsOf } from "../declare/Node.ts"
import { called } from "../declare/place.ts"
import { InvalidConfig } from "../Errors.ts"
import { stringify } from "./Canonical.ts"
import { program } from "./CodeHash.ts"
import type { Identity } from "./identity.ts"

/** This program defines some of its constructors again and again, each time with all that differs in config and parts. */
const isOwn = ({ module }: CodeRef): boolean => module.startsWith("file:") && fileURLToPath(module).startsWith(program)

const within = (nodes: Iterable<Node>): ReadonlySet<Node> => {
  const found = new Set(nodes)
  for (const node of found) for (const part of partsOf(node)) found.add(part)
  return found
}

const refuse = ({ code, name }: Node): never => {
  const more = code.export === name ? "" : ` ("${name}")`
  throw new InvalidConfig({
    stage: name,
    message: `"${code.export}"${more} in ${called(code.module)} is defined more than once, and two of its constructors are used with the same config: ` +
      "each could show the other's results, as what tells them apart is not part of the fingerprint. " +
      "Make what differs a key of the config, and call `define` once, outside of functions; or export each constructor under a name of its own."
  })
}

/** Throws `InvalidConfig` where nodes of two constructors have the same identity. Throws `NotCanonical`. */
export const checkConstructors = (nodes: Iterable<Node>, identify: (node: Node) => Identity): void => {
  const byExport = new Map<string, Map<CodeRef, Array<Node>>>()
  for (const node of within(nodes)) {
    if (isOwn(node.code)) continue
    const key = `${node.code.module}#${node.code.export}`
    const refs = byExport.get(key) ?? new Map<CodeRef, Array<Node>>()
    byExport.set(key, refs.set(node.code, [...refs.get(node.code) ?? [], node]))
  }
  for (const refs of byExport.values()) {
    if (refs.size < 2) continue
    const seen = new Map<string, CodeRef>()
    for (const [ref, made] of refs) {
      for (const node of made) {
        const text = stringify(identify(node))
        if ((seen.get(text) ?? ref) !== ref) refuse(node)
        seen.set(text, ref)
      }
    }
  }
}
