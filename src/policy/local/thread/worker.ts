/** The thread in which a local policy computes, so that the thread of the display never stands still. */
import "./heap.ts"
import { answer } from "./answer.ts"
import { make } from "./engine.ts"

answer(make)
