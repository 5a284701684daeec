/** Dead nodes of a graph, dropped. */
import type { Graph } from "./Graph.ts"

/**
 * Drops every node that leads to no output. Call it when all outputs are declared.
 *
 * The reverse of an operator makes the gradients of all its inputs, also of those that nobody differentiates by (a frozen
 * weight); ONNX Runtime would compute them.
 */
export const prune = (graph: Graph): void => {
  const needed = new Set(graph.outputs.map(({ name }) => name))
  const kept = graph.nodes.toReversed().filter((node) => {
    const used = node.outputs.some((name) => needed.has(name))
    if (used) node.inputs.forEach((name) => needed.add(name))
    return used
  }).reverse()
  graph.nodes.splice(0, graph.nodes.length)
  for (const node of kept) graph.nodes.push(node)
  for (const name of graph.initializers.keys()) if (!needed.has(name)) graph.initializers.delete(name)
}
