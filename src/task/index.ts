/** Tasks: `Task.detection` and its like are their rooms, and `Task.define` makes one of your own. */
export { type Answered, type Convention, define, type Evaluation, named, type Said, type Seen, type Task } from "./Task.ts"
export * from "./Tasks.ts"
