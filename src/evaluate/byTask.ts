/** An evaluation for every task of the registry: `Evaluate.detection`, `Evaluate.referring`. */
import type { Task } from "../task/Task.ts"
import * as Tasks from "../task/Tasks.ts"
import { type Evaluation, on } from "./on.ts"

type Of<Room> = Room extends { readonly task: Task<infer E, infer _Asked, infer _Truth, infer _Answer, infer Fields> }
  ? Evaluation<E, Fields>
  : never

/** By the names of the tasks. */
export const byTask = Object.fromEntries(
  Object.entries(Tasks).map(([name, { task }]) => [name, on(task as never)])
) as unknown as { readonly [Name in keyof typeof Tasks]: Of<(typeof Tasks)[Name]> }
