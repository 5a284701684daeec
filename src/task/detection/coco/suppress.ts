import type { Detection, Rectangle, Truth } from "./Coco.ts"

const threshold = 0.5

const iou = (a: Rectangle, b: Rectangle): number => {
  const width = Math.max(0, Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]))
  const height = Math.max(0, Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]))
  const union = a[2] * a[3] + b[2] * b[3] - width * height
  return union === 0 ? 0 : width * height / union
}

/**
 * OVDEval's suppression, which keeps a model from answering one object with every label it was asked for.
 *
 * For every true box of an image (crowds too), of all detections of any category with IoU > 0.5 only the best-scored
 * one stays (ties: the last); the others go unless another true box keeps them. Detections that meet no true box stay.
 * Order is kept. COCO's AP of what is left is NMS-AP.
 *
 * Source: om-ai-lab/OVDEval, eval.py.
 */
export const suppress = (truth: Truth, detections: ReadonlyArray<Detection>): ReadonlyArray<Detection> => {
  const byImage = new Map<number, Array<number>>()
  detections.forEach(({ image_id }, index) => {
    const list = byImage.get(image_id)
    if (list === undefined) byImage.set(image_id, [index])
    else list.push(index)
  })
  const kept = new Uint8Array(detections.length)
  const met = new Uint8Array(detections.length)
  for (const { bbox, image_id } of truth.annotations) {
    let best = -1
    for (const index of byImage.get(image_id) ?? []) {
      const detection = detections[index]!
      if (!(iou(bbox, detection.bbox) > threshold)) continue
      met[index] = 1
      if (best < 0 || detection.score >= detections[best]!.score) best = index
    }
    if (best >= 0) kept[best] = 1
  }
  return detections.filter((_, index) => met[index] === 0 || kept[index] === 1)
}
