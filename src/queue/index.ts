/** Cells over many machines: a queue, who submits to it and who works on it. */
export { type Address, parse, sharedBeside, shown } from "./address.ts"
export { execute } from "./follow.ts"
export { layer, Queue } from "./queue.ts"
export { QueueError } from "./queueError.ts"
export * as Shared from "./Shared.ts"
export { sourceOf } from "./source.ts"
export { work } from "./work.ts"
