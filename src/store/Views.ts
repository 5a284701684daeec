/** Views of runs.db for typed reads; the migrations are the truth, and a test holds both together. */
import { integer, real, sqliteView, text } from "./drizzle.ts"

const row = {
  experiment: text().notNull(),
  variant: text().notNull()
}
const declared = {
  scope: text().notNull(),
  name: text().notNull(),
  unit: text().notNull(),
  better: text({ enum: ["higher", "lower", "neither"] }).notNull(),
  counts: text().notNull()
}
const difference = {
  ...row,
  metric: text().notNull(),
  n: integer().notNull(),
  delta: real(),
  sd: real(),
  ci95: real(),
  wins: integer().notNull(),
  separated: integer({ mode: "boolean" }).notNull(),
  ordinal: integer().notNull(),
  ...declared
}
const place = {
  ordinal: integer().notNull(),
  position: integer().notNull()
}

export const finalMetric = sqliteView("final_metric", {
  ...row,
  seed: integer().notNull(),
  metric: text().notNull(),
  value: real(),
  ...declared
}).existing()

export const ablation = sqliteView("ablation", {
  ...row,
  metric: text().notNull(),
  n: integer().notNull(),
  mean: real(),
  sd: real(),
  ci95: real(),
  ordinal: integer().notNull(),
  ...declared
}).existing()

export const paired = sqliteView("paired", difference).existing()

export const gain = sqliteView("gain", difference).existing()

export const missing = sqliteView("missing", {
  ...row,
  seed: integer().notNull(),
  status: text().notNull(),
  ordinal: integer().notNull()
}).existing()

export const learningCurve = sqliteView("learning_curve", {
  ...row,
  seed: integer().notNull(),
  stage: text().notNull(),
  metric: text().notNull(),
  step: integer().notNull(),
  value: real(),
  ...place,
  ...declared
}).existing()

export const rewardPart = sqliteView("reward_part", {
  ...row,
  seed: integer().notNull(),
  stage: text().notNull(),
  step: integer().notNull(),
  part: text().notNull(),
  n: integer().notNull(),
  mean: real(),
  errors: integer().notNull(),
  ...place,
  scope: text().notNull()
}).existing()

export const tokenStatistics = sqliteView("token_statistics", {
  ...row,
  seed: integer().notNull(),
  stage: text().notNull(),
  n: integer().notNull(),
  min: integer(),
  max: integer(),
  mean: real(),
  n3000: integer("n_3000").notNull(),
  ...place,
  scope: text().notNull()
}).existing()

export const sample = sqliteView("sample", {
  id: integer().notNull(),
  stage: integer().notNull(),
  scope: text().notNull(),
  step: integer().notNull(),
  ordinal: integer().notNull(),
  example: text().notNull(),
  prompt: text().notNull(),
  completion: text().notNull(),
  solution: text().notNull(),
  tokenCount: integer("token_count").notNull(),
  finishReason: text("finish_reason", { enum: ["stop", "length"] }).notNull(),
  image: text(),
  width: integer(),
  height: integer(),
  inputWidth: integer("input_width"),
  inputHeight: integer("input_height"),
  details: text().notNull()
}).existing()
