/** OVDEval's suppression of detections before they are evaluated. */
import type { Id } from "./fields.ts"
import * as Rectangle from "./Rectangle.ts"
import type { Detection, Truth } from "./truth.ts"

const threshold = 0.5

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
  const byImage = new Map<Id, Array<number>>()
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
      if (!(Rectangle.iou(bbox, detection.bbox) > threshold)) continue
      met[index] = 1
      if (best < 0 || detection.score >= detections[best]!.score) best = index
    }
    if (best >= 0) kept[best] = 1
  }
  return detections.filter((_, index) => met[index] === 0 || kept[index] === 1)
}
