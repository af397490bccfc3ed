import "server-only";
import { and, desc, eq, or } from "drizzle-orm";
import { z } from "zod";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import type { Call, Command } from "@/lib/gate/command";
import { query } from "@/lib/gate/query";
import { json } from "@/lib/gate/to-route";
import { v1Failure } from "@/lib/gate/v1";
import { v1Post } from "@/lib/gate/v1-post";
import { cleanText } from "@/lib/platform/clean-text";
import type { Failure } from "@/lib/platform/errors";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { parseWebAddress, withoutCredentials } from "@/lib/platform/fetching/web-address";
import { addRepositorySource } from "../commands/add-repository-source";
import { addTextSource } from "../commands/add-text-source";
import { addWebsiteSources } from "../commands/add-website-sources";
import { repositoryAddress } from "../git/repository-address";
import { pageKey, repositoryKey } from "../source-url";

const mostSources = 200;
const address = z.string("An address is a text.").max(2_000, "An address has at most 2,000 characters.");

const newSources = z
  .strictObject({
    website_urls: z.array(address, "website_urls is a list of addresses.").default([]),
    text_sources: z
      .array(
        z.strictObject({
          name: z.string("Give each text a name."),
          content: z.string("Give each text some content."),
        }),
      )
      .default([]),
    github_urls: z.array(address, "github_urls is a list of addresses.").default([]),
  })
  .refine(
    (sent) => sent.website_urls.length + sent.text_sources.length + sent.github_urls.length > 0,
    "Send at least one of website_urls, text_sources and github_urls.",
  )
  .refine(
    (sent) => sent.website_urls.length + sent.text_sources.length + sent.github_urls.length <= mostSources,
    `Send at most ${mostSources} sources at a time.`,
  );

/** One source to add: the act, and how it is found where it exists already. */
interface Wanted {
  type: "WEBSITE" | "TEXT" | "GITHUB_REPO";
  url: string | null;
  title: string;
  /** Of its address in the guru; null for a text, and for what is no address. */
  key: string | null;
  command: Command<unknown>;
  input: Record<string, unknown>;
}

interface Added {
  type: Wanted["type"];
  url: string | null;
  status: "success" | "exists" | "error";
  id: string | null;
  title: string;
  /** Why not. */
  msg?: string;
}

/** Whoever may not change sources is told so once, and not of each. */
const mayAdd = query({
  allow: onGuru<string>("datasource:change", (guru) => guru),
  run: async ({ scope }) => scope.guru.id,
});

/**
 * `POST /api/v1/{guru}/data-sources/`: adds sources one by one, so that one that cannot be added hinders none of the
 * others; each is an act of its own, with its own event. Sent again under its `Idempotency-Key` after it broke off, it
 * goes on where it ended.
 */
export const postSources = v1Post(
  { permission: "datasource:change", body: newSources },
  async ({ params, facts, principal, body, attempt }) => {
    const by = { principal, request: facts };
    const allowed = await mayAdd.execute({ ...by, input: params.guru });
    if (!allowed.ok) return v1Failure(allowed);
    const added: Added[] = [];
    for (const [at, wanted] of wantedOf(body).entries()) {
      const { attemptId } = attempt;
      const call = {
        ...by,
        input: { guru: params.guru, ...wanted.input },
        ...(attemptId ? { attemptId: `${attemptId} ${at}` } : {}),
      };
      const one = await add(wanted, call);
      // A fault of ours: what was added stays, and the same request may be sent again.
      if ("ok" in one) return v1Failure(one);
      added.push(one);
    }
    return json(200, added);
  },
);

function wantedOf(body: z.output<typeof newSources>): Wanted[] {
  return [
    ...body.website_urls.map((written): Wanted => {
      const url = readable(written, parseWebAddress);
      return {
        type: "WEBSITE",
        url: url?.href ?? withoutCredentials(written),
        title: url?.href ?? withoutCredentials(written),
        key: url && pageKey(url),
        command: addWebsiteSources,
        input: { urls: [written] },
      };
    }),
    ...body.text_sources.map(
      ({ name, content }): Wanted => ({
        type: "TEXT",
        url: null,
        title: cleanText(name.trim()),
        key: null,
        command: addTextSource,
        input: { title: name, content },
      }),
    ),
    ...body.github_urls.map((written): Wanted => {
      const url = readable(written, repositoryAddress);
      return {
        type: "GITHUB_REPO",
        url: url?.href ?? withoutCredentials(written),
        title: url ? `${url.host}${url.pathname}` : withoutCredentials(written),
        key: url && repositoryKey(url),
        command: addRepositorySource,
        input: { url: written },
      };
    }),
  ];
}

/** @returns null for what is no address; the act itself says why */
function readable(written: string, read: (text: string) => URL): URL | null {
  try {
    return read(written);
  } catch (error) {
    if (error instanceof FetchRefused) return null;
    throw error;
  }
}

const ofOurs: readonly string[] = ["internal", "busy"];

/** @returns the failure where it was a fault of ours */
async function add(wanted: Wanted, call: Call & { input: { guru: string } }): Promise<Added | Failure> {
  const { type, url, title } = wanted;
  const result = await wanted.command.execute(call);
  if (!result.ok && ofOurs.includes(result.code)) return result;
  if (!result.ok && result.code !== "exists")
    return { type, url, status: "error", id: null, title, msg: result.message };
  const found = await theSource.execute({
    ...call,
    input: { guru: call.input.guru, type, key: wanted.key, title },
  });
  if (!found.ok) return found;
  const there = { type, url, id: found.value?.id ?? null, title: found.value?.title ?? title };
  return result.ok ? { ...there, status: "success" } : { ...there, status: "exists", msg: result.message };
}

/** The source that an item names, by its address or its title. */
const theSource = query({
  allow: onGuru<{ guru: string; type: Wanted["type"]; key: string | null; title: string }>(
    "datasource:change",
    ({ guru }) => guru,
  ),
  async run({ db, input: { type, key, title }, scope }) {
    const { dataSource } = schema;
    const byAddress = key === null ? undefined : and(eq(dataSource.kind, type), eq(dataSource.urlKey, key));
    const [found] = await db
      .select({ id: dataSource.id, title: dataSource.title })
      .from(dataSource)
      .where(and(eq(dataSource.guruId, scope.guru.id), or(byAddress, eq(dataSource.title, title))))
      // Its own address before a source that has it as its title.
      .orderBy(desc(eq(dataSource.kind, type)))
      .limit(1);
    return found ?? null;
  },
});
