import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { hashPassword } from "@/lib/access/passwords";
import { db } from "@/lib/db/client";
import { root } from "../scripts/serve/root";
import { type Visitor, visitor } from "../tests/e2e/support/visitor";
import { figureOf, type Ratio, ratioOf, round } from "./log/figures";
import { type Server, startServer } from "./log/http/server";
import { removeDataFolder, startBenchProduct } from "./seal/bench-product";
import { runSealerProcess } from "./seal/sealer-process";
import { bootstrapMedian } from "./seal/statistics";

const samples = 200;
const warmUps = 20;
/** A difference of the medians beyond this tells strangers who has an account. */
const mostDifference = 0.1;

/** Whose address is tried: with a password, with single sign-on only, or nobody's. */
const kinds = ["existing", "withoutPassword", "unknown"] as const;
type Kind = (typeof kinds)[number];

/** Addresses that differ by their number alone: of three in a row each is of another kind. */
const emailOf = (kind: Kind, n: number): string =>
  `person-${n * kinds.length + kinds.indexOf(kind)}@halden.example`;

/** `npm run bench:sign-in`: does a wrong password take as long where there is an account as where there is none? */
async function main(): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "gurulog-bench-sign-in-"));
  try {
    const postgresVersion = await makePeople(dataDir);
    const server = await startServer({ dataDir, env: { GURULOG_TRUSTED_PROXIES: "127.0.0.1,::1" } });
    const loadAtBegin = loadavg();
    const took = await measure(server).finally(() => server.stop());
    const figures = Object.fromEntries(
      kinds.map((kind) => {
        const { from, to } = bootstrapMedian(took[kind], 2_000);
        return [kind, { ...figureOf(took[kind]), medianFrom: round(from), medianTo: round(to) }];
      }),
    );
    const ratios: Record<string, Ratio> = {
      existingByUnknown: ratioOf(took.existing, took.unknown),
      withoutPasswordByUnknown: ratioOf(took.withoutPassword, took.unknown),
    };
    const at = new Date().toISOString();
    const machine = { cpus: cpus().length, model: cpus()[0]?.model, loadAtBegin, loadAtEnd: loadavg() };
    const result = {
      at,
      node: process.version,
      postgres: postgresVersion,
      machine,
      samples,
      unit: "ms",
      figures,
      ratios,
    };
    const folder = path.join(root, "bench", "results");
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `sign-in-${at.slice(0, 10)}.json`);
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    console.log(figures, ratios);
    const apart = Object.entries(ratios).filter(([, ratio]) => Math.abs(ratio.median - 1) >= mostDifference);
    if (apart.length > 0)
      throw new Error(
        `the medians differ by ${mostDifference * 100} % or more: ${apart.map(([name]) => name).join(", ")}`,
      );
  } finally {
    removeDataFolder(dataDir);
  }
}

/** Members enough that each sample has an account of its own. @returns the version of Postgres */
async function makePeople(dataDir: string): Promise<string> {
  const product = await startBenchProduct(process.argv[1] ?? "", { dataDir });
  try {
    const hash = await hashPassword("a password that nobody tries");
    const last = (samples + warmUps) * kinds.length;
    await db().execute(sql`
      with made as (
        insert into account (email, email_key, name, password_hash)
        select 'person-' || n || '@halden.example', 'person-' || n || '@halden.example', 'Person',
          case when n % ${kinds.length}::int = ${kinds.indexOf("existing")}::int then ${hash}::text end
        from generate_series(0, ${last}::int) n where n % ${kinds.length}::int <> ${kinds.indexOf("unknown")}::int
        returning id, email
      )
      insert into membership (org_id, account_id, role)
      select 1, id, case when email = ${emailOf("existing", 0)} then 'owner' else 'member' end from made`);
    await db().execute(sql`update organization set name = 'Halden Works' where id = 1`);
    return product.postgresVersion;
  } finally {
    await product.close();
  }
}

/** The kinds in turn, in an order drawn anew each time, so that a busy moment of the machine falls on all. */
async function measure(server: Server): Promise<Record<Kind, number[]>> {
  const took: Record<Kind, number[]> = { existing: [], withoutPassword: [], unknown: [] };
  for (let n = 0; n < samples + warmUps; n += 1)
    for (const kind of shuffled(kinds)) {
      const ms = await signInMs(server.url, emailOf(kind, n), n * kinds.length + kinds.indexOf(kind));
      if (n >= warmUps) took[kind].push(ms);
    }
  return took;
}

function shuffled<T>(list: readonly T[]): T[] {
  const left = [...list];
  return list.map(() => left.splice(randomInt(left.length), 1)[0] as T);
}

/**
 * One try with a wrong password, from a client address and on an account that none had before: failures of others delay it
 * in no case.
 * @returns milliseconds from sending the form to the end of the answer
 */
async function signInMs(url: string, email: string, n: number): Promise<number> {
  const address = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
  const browser = visitor({ address: url, headers: { "x-forwarded-for": address } });
  const timed = timing(browser);
  const answer = await browser.submit("/sign-in", "Sign in", { email, password: "not the right password" });
  const text = await answer.text();
  if (answer.status !== 200 || !text.includes("The e-mail address or the password is wrong"))
    throw new Error(`a wrong password was answered with ${answer.status}: ${text.slice(0, 500)}`);
  return timed.lastMs();
}

/** Takes the time of each request to the last byte of its answer. */
function timing(browser: Visitor): { lastMs(): number } {
  const { send } = browser;
  let ms = Number.NaN;
  browser.send = async (address, init) => {
    const begun = performance.now();
    const answer = await send(address, init);
    const body = await answer.text();
    ms = performance.now() - begun;
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
  return { lastMs: () => ms };
}

if (process.argv[2] === "sealer") runSealerProcess();
else await main();
