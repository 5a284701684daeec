import { integer, real, sqliteView, text } from "drizzle-orm/sqlite-core"

const row = {
  experiment: text().notNull(),
  variant: text().notNull()
}
const difference = {
  ...row,
  metric: text().notNull(),
  n: integer().notNull(),
  delta: real(),
  ci95: real(),
  wins: integer().notNull(),
  separated: integer({ mode: "boolean" }).notNull(),
  ordinal: integer().notNull()
}
const place = {
  ordinal: integer().notNull(),
  position: integer().notNull()
}

export const finalMetric = sqliteView("final_metric", {
  ...row,
  seed: integer().notNull(),
  metric: text().notNull(),
  value: real()
}).existing()

export const ablation = sqliteView("ablation", {
  ...row,
  metric: text().notNull(),
  n: integer().notNull(),
  mean: real(),
  sd: real(),
  ci95: real(),
  ordinal: integer().notNull()
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
  ...place
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
  ...place
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
  ...place
}).existing()
