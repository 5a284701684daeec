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
  const byExport = Map.groupBy([...within(nodes)].filter(({ code }) => !isOwn(code)), ({ code }) => `${code.module}#${code.export}`)
  for (const made of byExport.values()) {
    if (new Set(made.map(({ code }) => code)).size < 2) continue
    const seen = new Map<string, CodeRef>()
    for (const node of made) {
      const text = stringify(identify(node))
      if ((seen.get(text) ?? node.code) !== node.code) refuse(node)
      seen.set(text, node.code)
    }
  }
}
