/** runs.db in words: every view, table and column. The SQL of `migrations/` is the truth; a test holds both together. */
export type { Relation } from "./relation.ts"
export { tables } from "./tables.ts"
export { innerViews, views } from "./views.ts"
