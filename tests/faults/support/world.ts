import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { doneValue, postForm } from "../../e2e/support/actions-post";
import { clusterHomeOf, connectAdmin } from "../../e2e/support/roles-database";
import {
  freePort,
  newDataDir,
  type Product,
  removeDataDir,
  startProduct,
} from "../../e2e/support/start-product";
import type { Person } from "./client";

type Admin = ReturnType<typeof connectAdmin>;

/** The built product on a data folder of its own, as an operator runs it; it may be killed at any time. */
export interface FaultWorld {
  url: string;
  dataDir: string;
  people: Person[];
  readerKey: string;
  /** The running process of the product. */
  product(): Product;
  /** Starts it again after its end. */
  startAgain(): Promise<void>;
  /** Asks the database past the product; a connection of its own each time, as it may have died. */
  ask<T>(work: (sql: Admin) => Promise<T>): Promise<T>;
  postmaster(): number;
  /** The server's other processes. */
  backends(): number[];
  /** Until the product answers that it is well. */
  healthy(): Promise<void>;
  close(): Promise<void>;
}

export async function makeFaultWorld(clients: number): Promise<FaultWorld> {
  const dataDir = newDataDir();
  const port = await freePort();
  // Loopback is a trusted proxy here, so that each try says its own client address.
  const start = () => startProduct({ dataDir, port, env: { GURULOG_TRUSTED_PROXIES: "127.0.0.1,::1" } });
  let product = await start();
  const { url } = product;
  const pidFile = () => readFileSync(path.join(clusterHomeOf(dataDir), "cluster", "postmaster.pid"), "utf8");
  const postmaster = () => Number(pidFile().split("\n")[0]);
  const { people, readerKey } = await makePeople(product, clients);
  const world: FaultWorld = {
    url,
    dataDir,
    people,
    readerKey,
    product: () => product,
    async startAgain() {
      await product.exited;
      product = await start();
    },
    async ask(work) {
      const sql = connectAdmin(dataDir);
      try {
        return await work(sql);
      } finally {
        await sql.end({ timeout: 5 });
      }
    },
    postmaster,
    backends: () => childrenOf(postmaster()),
    async healthy() {
      const until = Date.now() + 90_000;
      for (;;) {
        const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5_000) }).catch(
          () => null,
        );
        if (answer?.status === 200) return;
        if (Date.now() > until)
          throw new Error(`the product does not recover:\n${product.output().slice(-3_000)}`);
        await delay(40);
      }
    },
    async close() {
      await product.stop();
      removeDataDir(dataDir);
    },
  };
  return world;
}

async function makePeople(product: Product, clients: number) {
  const people: Person[] = [];
  for (let number = 0; number < clients; number++) {
    const email = number === 0 ? "owner@faults.example" : `person${number}@faults.example`;
    const form = { name: `Person ${number}`, email, password: `person ${number} walks the long pier` };
    const made =
      number === 0
        ? await postForm(product.url, "completeOnboardingAction", {
            ...form,
            setupToken: product.setupToken,
            organization: "Fault Works",
            joinWithoutApproval: "on",
          })
        : await postForm(product.url, "registerAction", form);
    if (made.goTo !== "/")
      throw new Error(`no account: ${made.answer.status} ${made.answer.text.slice(0, 500)}`);
    const cookie = [made.answer.headers["set-cookie"] ?? []]
      .flat()
      .map((line) => line.split(";")[0])
      .join("; ");
    people.push({ email, password: form.password, cookie });
  }
  const key = await postForm(
    product.url,
    "createApiKeyAction",
    { name: "reader" },
    { cookie: people[0]?.cookie },
  );
  return { people, readerKey: doneValue<{ key: string }>(key).key };
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) => statusField(pid, "PPid") === String(parent) && !statusField(pid, "State")?.startsWith("Z"),
    );
}

/** A line of a process's status; undefined once it is gone. */
function statusField(pid: number, name: string): string | undefined {
  try {
    return new RegExp(`^${name}:\\s+(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
