/** Tasks, by name: to add one takes its folder and a line here. */
export { detection } from "./detection/index.ts"
export { type Answered, type Convention, define, type Evaluation, type Said, type Seen, type Task } from "./Task.ts"
