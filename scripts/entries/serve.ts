import type { IncomingMessage, ServerResponse } from "node:http";
import { closePools } from "@/lib/db/client";
import { createOwnerFromEnvironment } from "@/lib/features/accounts/commands/create-owner-from-environment";
import { organizationHasOwner } from "@/lib/features/accounts/queries";
import { EnvError } from "@/lib/platform/env";
import { logError, logLine } from "@/lib/platform/log";
import { startBackground } from "../serve/background";
import { boot, readSettings } from "../serve/boot";
import { createFront } from "../serve/front/create-front";
import { selfOrigin } from "../serve/front/self-origin";
import { assertPortFree } from "../serve/ports";
import { root } from "../serve/root";
import { handleShutdown, type Shutdown } from "../serve/shutdown";
import { StartError } from "../serve/start-error";

/** `npm start`: one process with the HTTP front, Next's handler and the worker. */
async function main(): Promise<void> {
  const settings = readSettings();
  const { env, trusted } = settings;
  await assertPortFree(env.HOST, env.PORT);
  const shutdown = handleShutdown(logLine);
  try {
    await serve(settings, trusted, shutdown);
  } catch (error) {
    if (shutdown.hasBegun) return;
    if (error instanceof StartError || error instanceof EnvError)
      process.stderr.write(`gurulog: ${error.message}\n`);
    else logError("start", error);
    await shutdown.begin("could not start", 1);
  }
}

async function serve(
  settings: ReturnType<typeof readSettings>,
  trusted: ReturnType<typeof readSettings>["trusted"],
  shutdown: Shutdown,
): Promise<void> {
  const { env } = settings;
  const local = `http://${env.HOST === "127.0.0.1" || env.HOST === "::1" ? "localhost" : env.HOST}`;
  const { runtime } = await boot(settings, shutdown, {
    baseUrl: env.GURULOG_URL ?? `${local}:${env.PORT}`,
    log: logLine,
  });
  shutdown.add("the database pools", closePools);
  await createOwnerFromEnvironment();

  let handle: ((req: IncomingMessage, res: ServerResponse) => Promise<void>) | undefined;
  const front = createFront({
    handle: async (req, res) => {
      if (handle) return handle(req, res);
      res.writeHead(503, { "retry-after": "2", "content-type": "text/plain" }).end("Gurulog is starting.");
    },
    trusted,
    publicUrl: env.GURULOG_URL ? new URL(env.GURULOG_URL) : undefined,
    formTargets: env.AUTH_OIDC_ISSUER ? [new URL(env.AUTH_OIDC_ISSUER).origin] : [],
    port: env.PORT,
    host: env.HOST,
    log: logError,
  });
  const address = await front.listen();
  const { port } = address;
  // After an action's redirect Next fetches the page from itself; behind a TLS proxy it would otherwise ask https here.
  process.env.__NEXT_PRIVATE_ORIGIN = selfOrigin(address);
  if (!env.GURULOG_URL) runtime.baseUrl = `${local}:${port}`;
  const { default: next } = await import("next");
  const app = next({ dev: false, dir: root, hostname: env.HOST, port, quiet: true });
  await app.prepare();
  handle = app.getRequestHandler();
  shutdown.add("Next", () => app.close());
  shutdown.add("the HTTP front", () => front.close(), 15_000);
  const background = await startBackground({ worker: env.GURULOG_WORKER });
  shutdown.add("the worker", () => background.stop(), 15_000);
  await printWhatNext(runtime.baseUrl, runtime.keys.setupToken);
}

async function printWhatNext(url: string, setupToken: string): Promise<void> {
  logLine(`\nGurulog is at ${url}`);
  if (await organizationHasOwner()) {
    logLine("Sign in there. Stop with Ctrl-C.\n");
    return;
  }
  logLine(`Set-up token: ${setupToken}`);
  logLine(`Next: create the owner's account at ${url}/onboarding?token=${setupToken}\n`);
}

await main();
