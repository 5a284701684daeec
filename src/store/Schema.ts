/** Tables of runs.db for typed reads; the migrations are the truth, and a test holds both together. */
import { customType, index, integer, primaryKey, real, sql, sqliteTable, text, uniqueIndex } from "./drizzle.ts"

/** A column of a STRICT table that keeps whatever type it is given. */
const any = customType<{ data: string | number | null }>({ dataType: () => "any" })

export const environment = sqliteTable("environment", {
  id: integer().primaryKey(),
  digest: text().notNull().unique(),
  createdAt: text("created_at").notNull()
})

export const environmentFact = sqliteTable("environment_fact", {
  environment: integer().notNull().references(() => environment.id, { onDelete: "cascade" }),
  name: text().notNull(),
  value: any().notNull()
}, (t) => [primaryKey({ columns: [t.environment, t.name] })])

export const experiment = sqliteTable("experiment", {
  id: integer().primaryKey(),
  name: text().notNull().unique(),
  question: text().notNull(),
  file: text().notNull(),
  table: text().notNull(),
  environment: integer().notNull().references(() => environment.id),
  createdAt: text("created_at").notNull()
})

export const variant = sqliteTable("variant", {
  experiment: integer().notNull().references(() => experiment.id, { onDelete: "cascade" }),
  name: text().notNull(),
  cell: text().notNull(),
  role: text({ enum: ["variant", "baseline", "reference"] }).notNull(),
  ordinal: integer().notNull()
}, (t) => [primaryKey({ columns: [t.experiment, t.name] })])

export const run = sqliteTable("run", {
  id: integer().primaryKey(),
  experiment: integer().notNull(),
  variant: text().notNull(),
  seed: integer().notNull(),
  fingerprint: text().notNull(),
  status: text({ enum: ["planned", "running", "done", "failed", "interrupted"] }).notNull(),
  current: integer({ mode: "boolean" }).notNull(),
  error: text(),
  environment: integer().notNull().references(() => environment.id),
  startedAt: text("started_at"),
  endedAt: text("ended_at")
}, (t) => [uniqueIndex("run_current").on(t.experiment, t.variant, t.seed).where(sql`current = 1`)])

export const param = sqliteTable("param", {
  run: integer().notNull().references(() => run.id, { onDelete: "cascade" }),
  path: text().notNull(),
  type: text({ enum: ["null", "boolean", "number", "string"] }).notNull(),
  value: any()
}, (t) => [primaryKey({ columns: [t.run, t.path] })])

export const artifact = sqliteTable("artifact", {
  hash: text().primaryKey(),
  bytes: integer().notNull(),
  mediaType: text("media_type").notNull(),
  createdAt: text("created_at").notNull(),
  content: text(),
  stamp: text()
})

export const stage = sqliteTable("stage", {
  id: integer().primaryKey(),
  fingerprint: text().notNull().unique(),
  kind: text().notNull(),
  name: text().notNull(),
  config: text().notNull(),
  preimage: text().notNull(),
  status: text({ enum: ["running", "done", "failed"] }).notNull(),
  output: text().references(() => artifact.hash),
  subject: text().references(() => artifact.hash),
  error: text(),
  startedAt: text("started_at").notNull(),
  endedAt: text("ended_at")
}, (t) => [index("stage_output").on(t.output), index("stage_subject").on(t.subject)])

export const stageIo = sqliteTable("stage_io", {
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  role: text().notNull(),
  fingerprint: text().notNull()
}, (t) => [primaryKey({ columns: [t.stage, t.role, t.fingerprint] })])

export const runStage = sqliteTable("run_stage", {
  run: integer().notNull().references(() => run.id, { onDelete: "cascade" }),
  position: integer().notNull(),
  stage: integer().notNull().references(() => stage.id),
  reused: integer({ mode: "boolean" }).notNull(),
  label: text().notNull().default("")
}, (t) => [primaryKey({ columns: [t.run, t.position] }), index("run_stage_stage").on(t.stage)])

export const metricKey = sqliteTable("metric_key", {
  id: integer().primaryKey(),
  scope: text().notNull(),
  name: text().notNull(),
  unit: text().notNull(),
  better: text({ enum: ["higher", "lower", "neither"] }).notNull(),
  counts: text().notNull()
})

export const metric = sqliteTable("metric", {
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  key: integer().notNull().references(() => metricKey.id),
  step: integer().notNull(),
  value: real()
}, (t) => [primaryKey({ columns: [t.stage, t.key, t.step] })])

export const lastValue = sqliteTable("last_value", {
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  key: integer().notNull().references(() => metricKey.id),
  step: integer().notNull(),
  value: real()
}, (t) => [primaryKey({ columns: [t.stage, t.key] })])

const bytes = customType<{ data: Buffer }>({ dataType: () => "blob" })

export const textTable = sqliteTable("text", {
  id: integer().primaryKey(),
  digest: bytes().notNull().unique(),
  content: text().notNull()
})

export const completion = sqliteTable("completion", {
  id: integer().primaryKey(),
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  scope: text().notNull(),
  step: integer().notNull(),
  ordinal: integer().notNull(),
  example: text().notNull(),
  prompt: integer().notNull().references(() => textTable.id),
  completion: text().notNull(),
  solution: integer().notNull().references(() => textTable.id),
  details: integer().notNull().references(() => textTable.id),
  tokenCount: integer("token_count").notNull(),
  finishReason: text("finish_reason", { enum: ["stop", "length"] }).notNull()
})

export const sampleReward = sqliteTable("sample_reward", {
  sample: integer().notNull().references(() => completion.id, { onDelete: "cascade" }),
  ordinal: integer().notNull(),
  part: text().notNull(),
  value: real(),
  error: text()
}, (t) => [primaryKey({ columns: [t.sample, t.ordinal] })])

export const box = sqliteTable("box", {
  sample: integer().notNull().references(() => completion.id, { onDelete: "cascade" }),
  ordinal: integer().notNull(),
  role: text({ enum: ["true", "predicted"] }).notNull(),
  label: text().notNull(),
  space: text({ enum: ["original", "resized", "thousand"] }).notNull(),
  x1: real(),
  y1: real(),
  x2: real(),
  y2: real()
}, (t) => [primaryKey({ columns: [t.sample, t.ordinal] })])

export const stepReward = sqliteTable("step_reward", {
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  scope: text().notNull(),
  step: integer().notNull(),
  part: text().notNull(),
  n: integer().notNull(),
  mean: real(),
  errors: integer().notNull()
}, (t) => [primaryKey({ columns: [t.stage, t.scope, t.step, t.part] })])

export const stageTokens = sqliteTable("stage_tokens", {
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  scope: text().notNull(),
  n: integer().notNull(),
  min: integer(),
  max: integer(),
  total: integer().notNull(),
  n3000: integer("n_3000").notNull()
}, (t) => [primaryKey({ columns: [t.stage, t.scope] })])

export const checkpoint = sqliteTable("checkpoint", {
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  step: integer().notNull(),
  artifact: text().notNull().references(() => artifact.hash),
  createdAt: text("created_at").notNull()
}, (t) => [primaryKey({ columns: [t.stage, t.step] }), index("checkpoint_artifact").on(t.artifact)])

export const bestWeights = sqliteTable("best_weights", {
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  step: integer().notNull(),
  value: real().notNull(),
  artifact: text().notNull().references(() => artifact.hash)
}, (t) => [primaryKey({ columns: [t.stage, t.step] }), index("best_weights_artifact").on(t.artifact)])

export const keptWeights = sqliteTable("kept_weights", {
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  role: text({ enum: ["best", "last"] }).notNull(),
  step: integer().notNull(),
  artifact: text().notNull().references(() => artifact.hash)
}, (t) => [primaryKey({ columns: [t.stage, t.role] }), index("kept_weights_artifact").on(t.artifact)])

export const answer = sqliteTable("answer", {
  stage: integer().notNull().references(() => stage.id, { onDelete: "cascade" }),
  key: text().notNull(),
  content: text().notNull()
}, (t) => [primaryKey({ columns: [t.stage, t.key] })])

export const log = sqliteTable("log", {
  run: integer().notNull().references(() => run.id, { onDelete: "cascade" }),
  ordinal: integer().notNull(),
  at: text().notNull(),
  level: text({ enum: ["debug", "info", "warn", "error"] }).notNull(),
  stage: text(),
  message: text().notNull()
}, (t) => [primaryKey({ columns: [t.run, t.ordinal] })])

export const code = sqliteTable("code", {
  hash: text().primaryKey(),
  assay: text().notNull(),
  outline: text().notNull()
})

export const policy = sqliteTable("policy", {
  fingerprint: text().primaryKey(),
  preimage: text().notNull()
})

export const worker = sqliteTable("worker", {
  id: text().primaryKey(),
  machine: text().notNull(),
  pid: integer().notNull(),
  experiment: text(),
  beat: integer().notNull(),
  startedAt: text("started_at").notNull()
})

export const claim = sqliteTable("claim", {
  name: text().primaryKey(),
  worker: text().notNull().references(() => worker.id, { onDelete: "cascade" }),
  claimedAt: text("claimed_at").notNull()
}, (t) => [index("claim_worker").on(t.worker)])

export const unnamedArtifact = sqliteTable("unnamed_artifact", {
  artifact: text().notNull().references(() => artifact.hash),
  worker: text().notNull().references(() => worker.id, { onDelete: "cascade" })
}, (t) => [primaryKey({ columns: [t.artifact, t.worker] }), index("unnamed_artifact_worker").on(t.worker)])

export const studentT = sqliteTable("student_t", {
  df: real().primaryKey(),
  t975: real().notNull()
})
