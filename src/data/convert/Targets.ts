/** The layouts that are written, by name: to add one takes its file and a line here. */
export { coco, ovdeval } from "./instances.ts"
export { conversations, rec } from "./rows.ts"
export { voc, yolo } from "./textFiles.ts"
