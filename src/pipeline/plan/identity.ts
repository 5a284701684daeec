import * as Effect from "effect/Effect"
import { stringify } from "./Canonical.ts"
import type { CodeError } from "../Errors.ts"
import type { Json } from "../json.ts"
import type { CodeRef, ContentError, Node } from "../declare/Node.ts"

/** What a node is for the fingerprint: nothing but data, with hashes of its code and of what it reads from outside. */
export interface Identity {
  readonly kind: string
  readonly name: string
  readonly code: string
  readonly config: { readonly [key: string]: Json }
  readonly parts: ReadonlyArray<Identity>
  readonly content?: string
}

/** Finds the identity of nodes; remembers the content hashes it took, as many variants read the same files. */
export const identifier = <E>(codeHash: (ref: CodeRef) => Effect.Effect<string, E>) => {
  const contents = new Map<string, string>()
  const contentOf = Effect.fnUntraced(function*(node: Node, code: string, content: NonNullable<Node["content"]>) {
    const key = stringify([node.kind, node.name, code, node.config])
    const known = contents.get(key) ?? (yield* content)
    contents.set(key, known)
    return known
  })
  const identify: (node: Node) => Effect.Effect<Identity, E | ContentError> = Effect.fnUntraced(function*(node: Node) {
    const code = yield* codeHash(node.code)
    const parts = yield* Effect.forEach(node.parts, (part) => identify(part))
    const content = node.content === undefined ? {} : { content: yield* contentOf(node, code, node.content) }
    return { kind: node.kind, name: node.name, code, config: node.config, parts, ...content }
  })
  return identify
}

export type IdentityError = CodeError | ContentError
