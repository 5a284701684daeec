/** A node of the study as it stood when it ran: its code as it is now, its config as it was stored. */
import { commitIn } from "../../hub/repository.ts"
import * as Node from "../../pipeline/declare/Node.ts"
import { InvalidExperiment } from "../../pipeline/Errors.ts"
import type { Identity } from "../../pipeline/plan/identity.ts"

const changed = (what: string) => new InvalidExperiment({ experiment: "", message: what })

const part = (name: string, node: Node.Node | undefined, stored: Identity): Node.Node => {
  if (node === undefined) throw changed(`the study's ${name} is gone since it ran`)
  return restored(node, stored)
}

/**
 * The node with the config that was stored, and its parts with theirs, so that overrides and scales need not be told again.
 *
 * Throws `InvalidExperiment` where the study has another node in its place by now, `InvalidConfig` where the stored config does
 * not fit the node as it is now.
 */
export const restored = (node: Node.Node, stored: Identity): Node.Node => {
  if (node.kind !== stored.kind || node.name !== stored.name) {
    throw changed(`where it ran with ${stored.name}, the study has ${node.name} by now`)
  }
  const { config, incidental, labelKey } = node
  const unstored = Object.fromEntries([labelKey ?? [], incidental].flat().flatMap((key) => key in config ? [[key, config[key]]] : []))
  const parts = Object.fromEntries(
    Object.entries(stored.parts).map(([name, held]) => {
      const now = node.parts[name]
      return Array.isArray(held)
        ? [name, held.map((one: Identity, i) => part(name, [now ?? []].flat()[i], one))]
        : [name, part(name, now as Node.Node | undefined, held as Identity)]
    })
  )
  const commit = commitIn(stored.content) // what is named on the hub is read as it was then
  return node.rebuild({ ...stored.config, ...unstored, ...(commit === undefined ? {} : { revision: commit }) }, parts)
}
