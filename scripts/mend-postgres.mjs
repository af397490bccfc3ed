// Mends the Postgres driver after an install. Its version 3.4.9 does not survive the loss of a connection:
//  - a write that was put off until the connection was gone throws outside any promise and ends the process
//    (github.com/porsager/postgres, issues 1154 and 1208), or leaves a mark that keeps the next connection silent;
//  - an answer of the lost connection is taken for the answer of the next one;
//  - worst, a transaction that outlives its connection sends its further statements over the next one, where each is
//    committed by itself: an act without its record.
// Run with a folder as argument to mend a copy elsewhere. Does nothing when it was done; fails when the text is another.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const connection = [
  [
    `  function nextWrite(fn) {
    const x = socket.write(chunk, fn)
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    return x
  }`,
    `  function nextWrite(fn) {
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    nextWriteTimer = null
    if (socket === null) {
      chunk = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return true
    }
    const x = socket.write(chunk, fn)
    chunk = null
    return x
  }`,
  ],
  [
    `    clearImmediate(nextWriteTimer)
    if (socket) {`,
    `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    if (socket) {`,
  ],
  [
    `    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)`,
    `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)`,
  ],
  [
    `    if (initial)
      return reconnect()

    !hadError &&`,
    `    if (initial) {
      query = results = errorResponse = null
      result = new Result()
      return reconnect()
    }

    !hadError &&`,
  ],
  [
    `error(Errors.connection('CONNECTION_CLOSED', options, socket))
    closedTime`,
    `error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = errorResponse = null
    result = new Result()
    closedTime`,
  ],
  [
    `        return fetchArrayTypes()
`,
    `        return void fetchArrayTypes().catch(() => {})
`,
  ],
];

const index = [
  [
    `    c.reserved.release = true

    const sql = Sql(handler)
    sql.release = () => {
      c.reserved = null`,
    `    c.reserved.release = true
    let lost = null
    c.onclose = e => {
      lost = e
      while (queue.length)
        queue.shift().reject(e)
    }

    const sql = Sql(handler)
    sql.release = () => {
      if (lost)
        return
      c.onclose = c.reserved = null`,
  ],
  [
    `    function handler(q) {
      c.queue === full
        ? queue.push(q)`,
    `    function handler(q) {
      if (lost)
        return q.reject(lost)
      c.queue === full
        ? queue.push(q)`,
  ],
  [
    `    let savepoints = 0
      , connection
      , prepare = null
`,
    `    let savepoints = 0
      , connection
      , prepare = null
      , lost = null
`,
  ],
  [
    `        new Promise((_, reject) => connection.onclose = reject)`,
    `        new Promise((_, reject) => connection.onclose = e => {
          lost = e
          while (queries.length)
            queries.shift().reject(e)
          reject(e)
        })`,
  ],
  [
    `        q.catch(e => uncaughtError || (uncaughtError = e))
`,
    `        q.catch(e => uncaughtError || (uncaughtError = e))
        if (lost)
          return q.reject(lost)
`,
  ],
];

const files = {
  "src/connection.js": connection,
  "cjs/src/connection.js": connection,
  "src/index.js": index,
  "cjs/src/index.js": index,
};

/**
 * @param {string} folder the driver's package folder
 * @returns {boolean} whether anything had to be changed
 */
export function mendPostgres(folder) {
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  if (version !== "3.4.9") {
    throw new Error(
      `scripts/mend-postgres.mjs is written for postgres 3.4.9, found ${version}: check it against the new version.`,
    );
  }
  let changed = false;
  for (const [name, mends] of Object.entries(files)) {
    const file = path.join(folder, name);
    const before = readFileSync(file, "utf8");
    const after = mends.reduce((text, [from, to]) => replaceOnce(text, from, to, file), before);
    if (after === before) continue;
    // Written beside and renamed: a process that is starting reads the old text or the new one.
    writeFileSync(`${file}.${process.pid}.tmp`, after);
    renameSync(`${file}.${process.pid}.tmp`, file);
    changed = true;
  }
  return changed;
}

function replaceOnce(text, from, to, file) {
  if (text.includes(to)) return text;
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(`${file} is not the file of postgres 3.4.9 that scripts/mend-postgres.mjs knows.`);
  return parts.join(to);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  mendPostgres(path.resolve(process.argv[2] ?? path.join(root, "node_modules/postgres")));
}
