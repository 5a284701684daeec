/** The layouts of logs, by name: to add one takes its file and a line here. */
export { msSwift } from "./layouts/msSwift.ts"
export { trl } from "./layouts/trl.ts"
export { verl } from "./layouts/verl.ts"
