/** What a node is for the fingerprint. */
import * as Effect from "effect/Effect"
import type { CodeError } from "../Errors.ts"
import { type CodeRef, type ContentError, type Node, partsOf } from "../declare/Node.ts"
import type { Json } from "../json.ts"
import { stringify } from "./Canonical.ts"
import type { Code } from "./CodeHash.ts"

/** Nothing but data, with hashes of the node's code and of what it reads from outside. */
export interface Identity {
  readonly kind: string
  readonly name: string
  readonly code: string
  /** `name@version` of every npm package that the code uses, and of what those rest on. */
  readonly packages: ReadonlyArray<string>
  readonly config: { readonly [key: string]: Json }
  readonly parts: { readonly [name: string]: Identity | ReadonlyArray<Identity> }
  readonly content?: string
}

const withParts = (node: Node): ReadonlyArray<Node> => [node, ...partsOf(node).flatMap(withParts)]

/**
 * Finds out what the identities of nodes are made of, and returns a function that makes them, for these nodes. Many share their code,
 * and many read the same files: each is asked for once.
 */
export const identifier = Effect.fnUntraced(function*<E>(codeOf: (ref: CodeRef) => Effect.Effect<Code, E>, nodes: ReadonlyArray<Node>) {
  const all = [...new Set(nodes)].flatMap(withParts)
  const codes = new Map<CodeRef, Code>()
  for (const ref of new Set(all.map(({ code }) => code))) codes.set(ref, yield* codeOf(ref))
  const keyOf = (node: Node) => stringify([node.kind, node.name, codes.get(node.code)!.hash, node.config])
  const contents = new Map<string, string>()
  for (const node of all) {
    if (node.content !== undefined && !contents.has(keyOf(node))) contents.set(keyOf(node), yield* node.content)
  }
  const identify = (node: Node, nested: boolean): Identity => {
    const { hash, packages } = codes.get(node.code)!
    const parts: { [name: string]: Identity | ReadonlyArray<Identity> } = {}
    for (const [name, part] of Object.entries(node.parts)) {
      if (part === undefined) continue
      parts[name] = Array.isArray(part)
        ? (part as ReadonlyArray<Node>).map((one) => identify(one, true))
        : identify(part as Node, true)
    }
    const content = node.content === undefined ? {} : { content: contents.get(keyOf(node))! }
    // within another node the label is the scope of what is recorded
    const left = [...node.incidental, ...(nested ? [] : [node.labelKey])]
    const config = Object.fromEntries(Object.entries(node.config).filter(([key]) => !left.includes(key)))
    return { kind: node.kind, name: node.name, code: hash, packages, config, parts, ...content }
  }
  // rows of a study share nodes, such as their policy
  const identities = new Map<Node, Identity>()
  return (node: Node): Identity => {
    const identity = identities.get(node) ?? identify(node, false)
    identities.set(node, identity)
    return identity
  }
})

export type IdentityError = CodeError | ContentError

/** The nodes that a node holds, one after the other. */
export const heldBy = ({ parts }: Identity): ReadonlyArray<Identity> => Object.values(parts).flat()
