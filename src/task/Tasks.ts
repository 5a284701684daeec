/** The tasks by name: to add one takes its folder and a line here. */
/** How many objects of a label are there? A number is answered. */
export * as counting from "./counting/index.ts"
/** Where are all objects of these labels? Boxes are answered. */
export * as detection from "./detection/index.ts"
/** Where is the one thing that an expression means? A box is answered. */
export * as referring from "./referring/index.ts"
/** Which of these labels names what stands in a box? A label is answered. */
export * as region from "./region/index.ts"
