/** Has the clock of the process that imports it jump now and then, by up to two days in either direction, drawn from ASSAY_FAULTS_CLOCK. */
import * as Random from "../../../src/pipeline/Random.ts"

const next = Random.stream(Random.key(Number(process.env["ASSAY_FAULTS_CLOCK"])))
const right = Date.now
let offset = 0
const jump = (): void => {
  offset = Math.round((next() - 0.5) * 4 * 24 * 3600 * 1000)
  setTimeout(jump, next() * 200).unref()
}
jump()
Date.now = () => right() + offset
