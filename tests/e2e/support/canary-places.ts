import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { copyOfTables } from "../../integration/erasure/whole-database";
import { unpacked } from "../../support/canaries/unpacked";
import { doneValue, postCall } from "./actions-post";
import { type Answer, send } from "./matrix-send";
import { postgresLogOf } from "./roles-database";
import type { World } from "./roles-world";

/** What was answered, by what was asked. */
export type Answers = [string, Answer][];

/**
 * Every place in which something may have been kept, by name and as text: each table, the log in three formats, the output
 * of the product and of Postgres, and all answers with their headers.
 */
export async function placesToLook(world: World, answers: Answers): Promise<[string, string][]> {
  const exports: [string, string][] = [];
  for (const format of ["csv", "json", "xlsx"] as const)
    exports.push([`the ${format} export`, await exported(world, format)]);
  return [
    ...exports,
    ...(await copyOfTables(world.admin)),
    ["the output", world.product.output()],
    ["Postgres' own log", readFileSync(postgresLogOf(world.product.dataDir), "utf8")],
    ...answers.flatMap(([about, { text, headers }]): [string, string][] => [
      [`the answer to ${about}`, text],
      [`the headers of ${about}`, JSON.stringify(headers)],
    ]),
  ];
}

/** The whole log as a file, by the page's own way. */
async function exported(world: World, format: "csv" | "json" | "xlsx"): Promise<string> {
  const filter = { guru: [], model: [], actor: [], actionType: [], operation: [], outcome: [] };
  const { cookie } = world.people.owner;
  await world.admin`update export_job set state = 'cancelled' where state in ('pending', 'running')`;
  const asked = { scope: { kind: "global" }, format, filter };
  const made = await postCall(world.url, "startExportAction", asked, { cookie });
  const file = await send(world.url, `/exports/${doneValue<{ id: string }>(made).id}`, { cookie });
  expect([format, file.status, file.bytes.length > 1_000]).toEqual([format, 200, true]);
  const text = unpacked(file.bytes);
  if (format === "xlsx") expect(text).toContain("<worksheet");
  return text;
}
