/** The thread in which the adapters of a base compute. */
import "./heap.ts"
import { make } from "../adapters/engine.ts"
import { answer } from "./answer.ts"

answer(make)
