import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { StepError } from "./child.mjs";
import { root } from "./paths.mjs";

/**
 * Faults of the driver `postgres` 3.4.9 that no caller can catch or avoid, the first two open upstream
 * (porsager/postgres issues 1154 and 1208). They show when the server goes away at the wrong moment, which this
 * product must outlive. Each entry: the file, what it says, what it shall say.
 */
const mends = [
  [
    // Throws from a timer when the socket closed meanwhile: an uncaught exception. Now the query fails instead.
    "connection.js",
    "  function nextWrite(fn) {\n    const x = socket.write(chunk, fn)",
    "  function nextWrite(fn) {\n    if (socket === null) {\n      chunk = nextWriteTimer = null\n      error(Errors.connection('CONNECTION_CLOSED', options))\n      return false\n    }\n    const x = socket.write(chunk, fn)",
  ],
  [
    // Leaves what was not yet sent, and its timer, to the next socket, which then never sends its greeting: one
    // connection of the pool is dead for ever.
    "connection.js",
    "    incomings = null\n    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)",
    "    incomings = null\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener('data', data)",
  ],
  [
    // Nobody waits for this query, so its failure is an unhandled rejection; the caller's own query fails as well.
    "connection.js",
    "return fetchArrayTypes()\n",
    "return fetchArrayTypes().catch(() => {})\n",
  ],
  [
    // A transaction that has lost its connection sends its further statements on the next one: outside of any
    // transaction, or inside that of another request. An act could commit without its event. Now they fail.
    "index.js",
    "      , connection\n      , prepare = null\n",
    "      , connection\n      , lost = null\n      , prepare = null\n",
  ],
  [
    "index.js",
    "        new Promise((_, reject) => connection.onclose = reject)\n",
    "        new Promise((_, reject) => connection.onclose = e => {\n          lost = e\n          while (queries.length)\n            queries.shift().reject(e)\n          reject(e)\n        })\n",
  ],
  [
    "index.js",
    "        q.catch(e => uncaughtError || (uncaughtError = e))\n        c.queue === full",
    "        q.catch(e => uncaughtError || (uncaughtError = e))\n        if (lost)\n          return q.reject(lost)\n        c.queue === full",
  ],
  [
    // The same for a reserved connection: an advisory lock is gone with it, what it guarded must not go on.
    "index.js",
    "    c.reserved.release = true\n\n    const sql = Sql(handler)\n",
    "    c.reserved.release = true\n    let lost = null\n    c.onclose = e => {\n      lost = e\n      while (queue.length)\n        queue.shift().reject(e)\n    }\n\n    const sql = Sql(handler)\n",
  ],
  [
    "index.js",
    "    function handler(q) {\n      c.queue === full\n        ? queue.push(q)",
    "    function handler(q) {\n      if (lost)\n        return q.reject(lost)\n      c.queue === full\n        ? queue.push(q)",
  ],
  [
    // The same when the pool itself ends a connection (idle, too old) that it later opens again.
    "connection.js",
    "    clearImmediate(nextWriteTimer)\n    if (socket) {",
    "    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    if (socket) {",
  ],
  [
    // What the lost connection answered last is taken for an answer to the first query of the next one.
    "connection.js",
    "    if (initial)\n      return reconnect()\n",
    "    if (initial) {\n      query = results = errorResponse = null\n      result = new Result()\n      return reconnect()\n    }\n",
  ],
  [
    "connection.js",
    "error(Errors.connection('CONNECTION_CLOSED', options, socket))\n    closedTime",
    "error(Errors.connection('CONNECTION_CLOSED', options, socket))\n    query = results = errorResponse = null\n    result = new Result()\n    closedTime",
  ],
  [
    // What a statement gave before it failed (at its time limit, say) counts on: the next answer on that connection begins
    // with as many empty rows.
    "connection.js",
    "  function ReadyForQuery(x) {\n    if (query) {",
    "  function ReadyForQuery(x) {\n    rows = 0\n    if (query) {",
  ],
  [
    // `max_pipeline: 0`, which a transaction pool needs, leaves `begin` without a connection.
    "connection.js",
    "        && sent.length < max_pipeline\n        && (!q.options.onexecute || q.options.onexecute(connection))",
    "        && (!q.options.onexecute || q.options.onexecute(connection))\n        && sent.length < max_pipeline",
  ],
  [
    // Giving back a reserved connection that was lost puts a dead one among the open ones of the pool.
    "index.js",
    "    sql.release = () => {\n      c.reserved = null\n",
    "    sql.release = () => {\n      if (lost)\n        return\n      c.onclose = c.reserved = null\n",
  ],
];

/** @throws {StepError} when the driver is another than the one the mends were made for */
export function mendPostgresDriver() {
  for (const folder of ["src", "cjs/src"]) {
    for (const name of new Set(mends.map(([file]) => file))) {
      const file = path.join(root, "node_modules", "postgres", folder, name);
      const before = readFileSync(file, "utf8");
      const after = mends.filter(([of]) => of === name).reduce(mend, before);
      if (after === before) continue;
      writeFileSync(`${file}.mended`, after);
      renameSync(`${file}.mended`, file);
    }
  }
}

function mend(text, [, says, shallSay]) {
  if (text.includes(shallSay)) return text;
  if (text.includes(says)) return text.replace(says, () => shallSay);
  throw new StepError(
    "The driver `postgres` has changed: look again at scripts/support/mend-postgres-driver.mjs.",
  );
}
