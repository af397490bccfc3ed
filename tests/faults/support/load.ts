/**
 * The load, in a process of its own that nobody kills: clients who act over HTTP and write down what they were told.
 * Argument: its options as JSON. Tells its counts as a line of JSON when SIGTERM has ended it and every act under way.
 */

import type { ClientOptions, Person } from "./client";
import { runClient } from "./client";
import { postToControl } from "./control-post";
import { openLedger } from "./ledger";
import { randomFrom } from "./random";

export interface LoadOptions {
  url: string;
  ledger: string;
  people: Person[];
  readerKey: string;
  prefix: string;
  seed: number;
  /** Posts to the control server instead of the product. */
  control?: boolean;
}

const options = JSON.parse(process.argv[2] ?? "") as LoadOptions;
const ledger = openLedger(options.ledger);
let over = false;
process.once("SIGTERM", () => {
  over = true;
});
// Whoever started it is gone: nobody will end it.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 1_000).unref();
console.log(JSON.stringify({ started: options.people.length }));
const counts = await Promise.all(
  options.people.map((person, number) => {
    const own: ClientOptions = {
      ...options,
      number,
      person,
      ledger,
      random: randomFrom(options.seed * 1_000 + number),
      isOver: () => over,
      ...(options.control ? { send: postToControl, only: ["create-key"] } : {}),
    };
    return runClient(own);
  }),
);
console.log(JSON.stringify({ sent: counts.reduce((sum, count) => sum + count, 0) }));
process.exit(0);
