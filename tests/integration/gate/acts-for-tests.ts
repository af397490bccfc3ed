import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Principal } from "@/lib/access/principal";
import { dataSourceIndexed, guruDeleted, guruUpdated } from "@/lib/audit/catalogue/gurus";
import { apiKeyCreated } from "@/lib/audit/catalogue/organization";
import { db, schema, type Tx } from "@/lib/db/client";
import { type Allow, inOrganization, onGuru } from "@/lib/gate/allow";
import { type Command, command } from "@/lib/gate/command";
import type { AttemptResult } from "@/lib/platform/errors";
import { testRequest } from "@/tests/support/product";

/** What the act of a test does after it has written its row. */
export type Deed = (tx: Tx) => Promise<unknown>;

let made = 0;
const name = () => `test-act-${++made}`;
const input = z.strictObject({ key: z.string() });
type Input = z.output<typeof input>;

/** The business row of the acts below: one of the table `read_window`, which no event and no rule hangs on. */
async function writeRow(tx: Tx, key: string): Promise<void> {
  await tx
    .insert(schema.readWindow)
    .values({ kind: "act", principal: key, digest: Buffer.alloc(1), startedAt: sql`now()` });
}

/** Does the row that an act writes stand? */
export async function stands(key: string): Promise<boolean> {
  const rows = await db().execute(sql`select from read_window where kind = 'act' and principal = ${key}`);
  return rows.length === 1;
}

/** An act whose event has a failed twin; anyone with a membership may. */
export function actWithTwin(
  deed: Deed = async () => null,
  allow: Allow<Input, null> = inOrganization("api-key:own"),
): Command<string> {
  return command({
    name: name(),
    input,
    allow,
    event: apiKeyCreated,
    target: ({ principal }) => ({ id: String(principal.orgId), type: "org" }),
    async run({ tx, input: { key } }) {
      await writeRow(tx, key);
      await deed(tx);
      const details = { scopes: [], expiresAt: null };
      return {
        value: `secret of ${key}`,
        targetId: `id of ${key}`,
        audit: { target: { id: key }, label: key, details },
      };
    },
  });
}

/** An act on a guru, without a failed twin. */
export function actOnGuru(guru: string, deed: Deed = async () => null): Command<string> {
  return command({
    name: name(),
    input,
    allow: onGuru<Input>("guru:update", () => guru),
    event: guruUpdated,
    target: ({ input: { key } }) => ({ id: key }),
    async run({ tx, input: { key }, scope }) {
      await writeRow(tx, key);
      await deed(tx);
      return { value: key, audit: { label: key, guru: scope.guru } };
    },
  });
}

/** An act on a guru whose failed twin belongs to the guru too. */
export function actOnGuruWithTwin(guru: string, deed: Deed): Command<null> {
  return command({
    name: name(),
    input,
    allow: onGuru<Input>("guru:update", () => guru),
    event: dataSourceIndexed,
    target: ({ input: { key } }) => ({ id: key }),
    onRefusal: async ({ input: { key } }, refusal) => ({ label: key, details: { message: refusal.message } }),
    async run({ tx, input: { key }, scope }) {
      await writeRow(tx, key);
      await deed(tx);
      return { value: null, audit: { label: key, guru: scope.guru, details: { passages: 1 } } };
    },
  });
}

/** An act of several events, the first of which leads. */
export function actOfThree(guru: string): Command<null> {
  return command({
    name: name(),
    input,
    allow: onGuru<Input>("guru:delete", () => guru),
    event: guruDeleted,
    target: ({ input: { key } }) => ({ id: key }),
    async run({ input: { key }, scope: { guru: of } }) {
      const follower = { event: guruUpdated, label: key, guru: of };
      return { value: null, audit: [{ label: key, guru: of }, follower, follower] };
    },
  });
}

/** Does it with a key of its own. */
export async function doIt<V>(
  act: Command<V>,
  principal: Principal,
  more: { key?: string; attemptId?: string } = {},
): Promise<{ key: string; result: AttemptResult<V> }> {
  const { key = randomUUID(), ...rest } = more;
  return { key, result: await act.execute({ principal, request: testRequest, input: { key }, ...rest }) };
}
