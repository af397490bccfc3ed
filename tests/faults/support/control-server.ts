/**
 * What the product must not do: the same act and the same record, but the record in a transaction after the act's commit.
 * The fault test must see what this loses. Arguments: URL of the runtime role, port, account that the keys are of.
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { apiKeyCreated } from "@/lib/audit/catalogue/organization";
import { recordEvents } from "@/lib/audit/record/record";
import { db, schema } from "@/lib/db/client";
import { parseEnv } from "@/lib/platform/env";
import { setRuntime } from "@/lib/platform/runtime";

const [app = "", port = "", accountId = ""] = process.argv.slice(2);
setRuntime({ env: parseEnv({}), version: "control", urls: { app } } as Parameters<typeof setRuntime>[0]);

async function act({ marker, name }: { marker: string; name: string }): Promise<void> {
  const [made] = await db()
    .insert(schema.apiKey)
    .values({ orgId: 1, accountId, name, keyHash: Buffer.from(randomUUID()) })
    .returning({ id: schema.apiKey.id });
  await db().transaction((tx) =>
    recordEvents(tx, [
      {
        definition: apiKeyCreated,
        orgId: 1,
        actor: { type: "user", id: accountId, email: null, ip: null, userAgent: marker },
        accountId,
        guru: null,
        targetId: made?.id ?? "",
        label: name,
        metadata: { api_key: name },
        details: { scopes: [], expiresAt: null },
      },
    ]),
  );
}

createServer(async (request, response) => {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await act(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    response.writeHead(200).end();
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(Number(port), "127.0.0.1", () => console.log(JSON.stringify({ ready: true })));
