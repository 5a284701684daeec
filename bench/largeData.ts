/**
 * A data set of Objects365's size, 1.7 million images and 25 million boxes in a file of 4.6 GB, through what `data.ts` measures
 * with one of COCO's size: does memory stay bounded?
 *
 * Prints JSON. Not part of `npm run bench`, for the minutes and the 12 GB of disk that it takes: node bench/largeData.ts
 */
import { measure } from "./data.ts"
import * as InstancesFile from "./support/instancesFile.ts"
import { defaults } from "./support/measure.ts"

/** Most bytes of resident memory. */
const target = 2e9

const measured = await measure({ ...defaults, rounds: 1 }, InstancesFile.objects365)
console.log(JSON.stringify({ ...measured, target, met: measured.peakBytes.most <= target }, null, 2))
