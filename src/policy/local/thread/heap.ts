/**
 * Imported for its effect: from here on the process's heaps may grow to four times what is alive before they are collected.
 *
 * A compute thread spends its time inside ONNX Runtime, where V8 sees nothing happen. It takes that for a slow program, for
 * which collecting is cheap, and collects after every 8 MB; each time its helpers take the cores from ONNX Runtime's threads.
 */
import { setFlagsFromString } from "node:v8"

setFlagsFromString("--heap-growing-percent=300")
