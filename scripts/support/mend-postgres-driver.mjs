import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { StepError } from "./child.mjs";
import { root } from "./paths.mjs";

/**
 * Faults of the driver `postgres` 3.4.9, open upstream (porsager/postgres issues 1154 and 1208): when the server goes
 * away at the wrong moment the driver ends our whole process, or a connection of the pool stays dead for ever. A
 * product that must outlive a killed Postgres cannot have that, and no caller can catch it. Each entry: what the file
 * says, what it shall say.
 */
const mends = [
  [
    // Throws from a timer when the socket closed meanwhile: an uncaught exception. Now the query fails instead.
    "  function nextWrite(fn) {\n    const x = socket.write(chunk, fn)",
    "  function nextWrite(fn) {\n    if (socket === null) {\n      chunk = nextWriteTimer = null\n      error(Errors.connection('CONNECTION_CLOSED', options))\n      return false\n    }\n    const x = socket.write(chunk, fn)",
  ],
  [
    // Leaves what was not yet sent, and its timer, to the next socket: that one then never sends its greeting.
    "    incomings = null\n    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)",
    "    incomings = null\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener('data', data)",
  ],
  [
    // Nobody waits for this query, so its failure is an unhandled rejection; the caller's own query fails as well.
    "return fetchArrayTypes()\n",
    "return fetchArrayTypes().catch(() => {})\n",
  ],
];

/** @throws {StepError} when the driver is another than the one the mends were made for */
export function mendPostgresDriver() {
  for (const folder of ["src", "cjs/src"]) {
    const file = path.join(root, "node_modules", "postgres", folder, "connection.js");
    const before = readFileSync(file, "utf8");
    const after = mends.reduce(mend, before);
    if (after === before) continue;
    writeFileSync(`${file}.mended`, after);
    renameSync(`${file}.mended`, file);
  }
}

function mend(text, [says, shallSay]) {
  if (text.includes(shallSay)) return text;
  if (text.includes(says)) return text.replace(says, () => shallSay);
  throw new StepError("The driver `postgres` has changed: look again at scripts/support/mend-postgres-driver.mjs.");
}
