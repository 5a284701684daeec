/**
 * The study's reward for whoever writes lines to it: reads `{"completion", "solution"}` and answers each with its total, so
 * that TRL is paid by the very code that pays us.
 */
import { createInterface } from "node:readline"
import { format, sum, weightedSum } from "../../src/reward/index.ts"

const reward = sum(weightedSum(), format())

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${reward.score(JSON.parse(line)).total}\n`)
}
