/** The layouts that are written, by name: to add one takes its file and a line here. */
import { isDetection, isReferring } from "../inspect/shown.ts"
import { coco, ovdeval } from "./instances.ts"
import { asksNothing, conversations, rec } from "./rows.ts"
import { target } from "./target.ts"
import { voc, yolo } from "./textFiles.ts"

export const targets = {
  coco: target(isDetection, coco),
  conversations: { holds: () => true, leavesOut: asksNothing, write: conversations },
  ovdeval: target(isDetection, ovdeval),
  rec: target(isReferring, rec),
  voc: target(isDetection, voc),
  yolo: target(isDetection, yolo)
} as const
