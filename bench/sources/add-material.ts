import { sql } from "drizzle-orm";
import { hashPassword } from "@/lib/access/passwords";
import { noRequest, type UserPrincipal } from "@/lib/access/principal";
import { db } from "@/lib/db/client";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { addRepositorySource } from "@/lib/features/data-sources/commands/add-repository-source";
import { addWebsiteSources } from "@/lib/features/data-sources/commands/add-website-sources";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import type { AttemptResult } from "@/lib/platform/errors";
import { round } from "../log/figures";
import { startBenchProduct } from "../seal/bench-product";
import { type Amounts, handbook, workbook } from "./material";
import type { Repository } from "./repository";
import type { Site } from "./site";

const slug = "handbook";
/** What was added, by whom, and when System begins with it. */
export interface Added {
  owner: { email: string; password: string };
  slug: string;
  startsAt: number;
  /** In the order in which they were added. */
  materials: Material[];
}

interface Material {
  name: string;
  units: number;
  unit: string;
  bytes: number;
  /** Of one queue System takes up one source at a time; the queues go on beside each other. */
  queue: "pages" | "files" | "repositories";
  ids: string[];
}

/** Makes the owner, a guru and its sources in a product that is closed again; their jobs wait for the server. */
export async function addMaterial(of: {
  self: string;
  dataDir: string;
  site: Site;
  repository: Repository;
  amounts: Amounts;
  /** Until the indexing begins, so that the page can be measured at rest in the same process. */
  restMs: number;
}): Promise<Added> {
  const { self, dataDir, site, repository, amounts, restMs } = of;
  const owner = { email: "ops@halden.example", password: "four quiet lamps on a quay" };
  const product = await startBenchProduct(self, { dataDir });
  try {
    const principal = await makeOwner(owner);
    const call = { principal, request: noRequest };
    done(await createGuru.execute({ ...call, input: { name: "Handbook", slug } }));
    const materials: Material[] = [];
    const add = async (material: Omit<Material, "ids">, act: () => Promise<unknown>) => {
      const before = await sourceIds();
      await act();
      const ids = (await sourceIds()).filter((id) => !before.includes(id));
      materials.push({ ...material, ids });
    };
    const { sitePages, repositoryFiles } = amounts;
    await add(
      { name: "website", units: sitePages, unit: "pages", bytes: site.bytes, queue: "pages" },
      async () =>
        done(await addWebsiteSources.execute({ ...call, input: { guru: slug, urls: site.urls.join("\n") } })),
    );
    for (const [name, unit, units, file] of [
      ["handbook.pdf", "pages", amounts.pdfPages, handbook(amounts.pdfPages)],
      ["tariffs.xlsx", "rows", amounts.workbookRows, workbook(amounts.workbookRows)],
    ] as const)
      await add({ name, units, unit, bytes: file.length, queue: "files" }, async () => {
        const body = new Blob([new Uint8Array(file)]).stream();
        const sent = { ...call, guru: slug, fileName: name, declaredBytes: file.length, body };
        const { id: uploadId } = done(await receiveUpload(sent));
        done(await addFileSource.execute({ ...call, input: { guru: slug, uploadId } }));
      });
    const { bytes, url } = repository;
    await add(
      { name: "repository", units: repositoryFiles, unit: "files", bytes, queue: "repositories" },
      async () => done(await addRepositorySource.execute({ ...call, input: { guru: slug, url } })),
    );
    const startsAt = Date.now() + restMs;
    await db().execute(sql`
      update pgboss.job set start_after = to_timestamp(${startsAt}::float8 / 1000) where name like 'index-%'`);
    return { owner, slug, startsAt, materials };
  } finally {
    await product.close();
  }
}

async function makeOwner(owner: Added["owner"]): Promise<UserPrincipal> {
  const hash = await hashPassword(owner.password);
  const [made] = await db().execute<{ id: string }>(sql`
    with made as (
      insert into account (email, email_key, name, password_hash)
      values (${owner.email}, ${owner.email}, 'Operations', ${hash}) returning id
    )
    insert into membership (org_id, account_id, role) select 1, id, 'owner' from made returning account_id as id`);
  await db().execute(sql`update organization set name = 'Halden Works' where id = 1`);
  return {
    kind: "user",
    accountId: made?.id ?? "",
    email: owner.email,
    name: "Operations",
    orgId: 1,
    role: "owner",
    sessionHash: "",
    mustChangePassword: false,
    mustEnrolFactor: false,
    timeZone: "UTC",
  };
}

async function sourceIds(): Promise<string[]> {
  const rows = await db().execute<{ id: string }>(sql`select id from data_source`);
  return rows.map((row) => row.id);
}

function done<V>(result: AttemptResult<V>): V {
  if (!result.ok) throw new Error(`refused: ${result.code} ${result.message}`);
  if ("repeated" in result) throw new Error("repeated");
  return result.value;
}

/** How long each material took: from the end of the one before it in its queue, while the other queues went on too. */
export async function readEnds(self: string, dataDir: string, added: Added) {
  const product = await startBenchProduct(self, { dataDir });
  try {
    const endOf = new Map<Material["queue"], number>();
    const ends = [];
    for (const { name, units, unit, bytes, queue, ids } of added.materials) {
      const rows = await db().execute<{
        status: string;
        error: string | null;
        passages: number;
        at: number;
      }>(sql`
        select status, error, passages, extract(epoch from indexed_at)::float8 * 1000 as at from data_source
        where id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))`);
      const failed = rows.find((row) => row.status !== "SUCCESS");
      if (failed) throw new Error(`${name} is ${failed.status}: ${failed.error}`);
      const end = Math.max(...rows.map((row) => row.at));
      const seconds = (end - (endOf.get(queue) ?? added.startsAt)) / 1000;
      const passages = rows.reduce((sum, row) => sum + row.passages, 0);
      ends.push({
        name,
        units,
        unit,
        mib: round(bytes / 1024 ** 2),
        passages,
        seconds: round(seconds),
        unitsPerS: round(units / seconds),
        mibPerS: round(bytes / 1024 ** 2 / seconds),
      });
      endOf.set(queue, end);
    }
    return ends;
  } finally {
    await product.close();
  }
}
