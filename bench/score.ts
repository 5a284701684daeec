/** Completions scored a second with the rewards that need no token count, and time to evaluate COCO. Prints JSON. */
import * as Coco from "../src/evaluate/coco.ts"
import * as Random from "../src/pipeline/Random.ts"
import { rewardsOf, scoreLine } from "../src/reward/lines.ts"

const rounds = 7
const rows = 20_000
const images = 5000
const categories = 80
const detectionsAnImage = 100

const next = Random.stream(Random.key(1))
const integer = (below: number): number => Math.floor(next() * below)

const box = () => {
  const [x, y] = [integer(400), integer(400)]
  const label = ["cat", "dog", "red car"][integer(3)]!
  return { bbox_2d: [x, y, x + 20 + integer(200), y + 20 + integer(200)], label }
}

const answer = (): string => {
  const boxes = [box(), box(), box()].map((item) => JSON.stringify(item)).join(",\n")
  return `<think>I look for the objects.</think>\n<answer>\n\`\`\`json\n[\n${boxes}\n]\n\`\`\`\n</answer>`
}

const lines = Array.from({ length: rows }, () => JSON.stringify({ completion: answer(), solution: answer() }))
const rewards = rewardsOf(["ap", "ap50", "odLength", "weightedSum", "repetition", "format"], "faithful")

const truth = {
  images: Array.from({ length: images }, (_, id) => ({ id })),
  categories: Array.from({ length: categories }, (_, id) => ({ id, name: `c${id}` })),
  annotations: Array.from({ length: images * 7 }, (_, id) => {
    const bbox: Coco.Rectangle = [integer(500), integer(400), 5 + integer(200), 5 + integer(200)]
    return {
      id: id + 1,
      image_id: integer(images),
      category_id: integer(categories),
      bbox,
      area: bbox[2] * bbox[3],
      iscrowd: integer(50) === 0 ? 1 : 0
    }
  })
}

const detections = Array.from({ length: images * detectionsAnImage }, (_, index) => {
  const from = truth.annotations[integer(truth.annotations.length)]!
  const shift = () => integer(21) - 10
  const near: Coco.Rectangle = [from.bbox[0] + shift(), from.bbox[1] + shift(), from.bbox[2], from.bbox[3]]
  return index % 2 === 0
    ? { image_id: from.image_id, category_id: from.category_id, bbox: near, score: next() }
    : { image_id: integer(images), category_id: integer(categories), bbox: near, score: next() }
})

const median = (measure: () => void): number => {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now()
    measure()
    return (performance.now() - start) / 1000
  })
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)]!
}

const scoring = median(() => lines.forEach((line, index) => scoreLine(line, index, rewards)))
const evaluating = median(() => Coco.evaluate(truth, detections))

console.log(JSON.stringify({
  node: process.version,
  rounds,
  scoring: { rows, rewards: rewards.length, seconds: scoring, rowsPerSecond: Math.round(rows / scoring) },
  evaluating: { images, categories, detections: detections.length, seconds: evaluating }
}))
