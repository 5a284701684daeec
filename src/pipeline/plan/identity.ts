/** What a node is for the fingerprint. */
import * as Effect from "effect/Effect"
import type { CodeError } from "../Errors.ts"
import type { CodeRef, ContentError, Node } from "../declare/Node.ts"
import type { Json } from "../json.ts"
import { stringify } from "./Canonical.ts"
import type { Code } from "./CodeHash.ts"

/** Nothing but data, with hashes of the node's code and of what it reads from outside. */
export interface Identity {
  readonly kind: string
  readonly name: string
  readonly code: string
  /** `name@version` of every npm package that the code uses. */
  readonly packages: ReadonlyArray<string>
  readonly config: { readonly [key: string]: Json }
  readonly parts: { readonly [name: string]: Identity | ReadonlyArray<Identity> }
  readonly content?: string
}

/** Finds the identity of nodes; remembers the content hashes it took, as many variants read the same files. */
export const identifier = <E>(codeOf: (ref: CodeRef) => Effect.Effect<Code, E>) => {
  const contents = new Map<string, string>()
  const contentOf = Effect.fnUntraced(function*(node: Node, code: string, content: NonNullable<Node["content"]>) {
    const key = stringify([node.kind, node.name, code, node.config])
    const known = contents.get(key) ?? (yield* content)
    contents.set(key, known)
    return known
  })
  type Identify = (node: Node, nested: boolean) => Effect.Effect<Identity, E | ContentError>
  const identifyIn: Identify = Effect.fnUntraced(function*(node, nested) {
    const { hash, packages } = yield* codeOf(node.code)
    const parts: { [name: string]: Identity | ReadonlyArray<Identity> } = {}
    for (const [name, part] of Object.entries(node.parts)) {
      if (part === undefined) continue
      parts[name] = Array.isArray(part)
        ? yield* Effect.forEach(part as ReadonlyArray<Node>, (one) => identifyIn(one, true))
        : yield* identifyIn(part as Node, true)
    }
    const content = node.content === undefined ? {} : { content: yield* contentOf(node, hash, node.content) }
    // within another node the label is the scope of what is recorded
    const left = [...node.incidental, ...(nested ? [] : [node.labelKey])]
    const config = Object.fromEntries(Object.entries(node.config).filter(([key]) => !left.includes(key)))
    return { kind: node.kind, name: node.name, code: hash, packages, config, parts, ...content }
  })
  return (node: Node) => identifyIn(node, false)
}

export type IdentityError = CodeError | ContentError

/** The nodes that a node holds, one after the other. */
export const heldBy = ({ parts }: Identity): ReadonlyArray<Identity> => Object.values(parts).flat()
