import { startCrawl } from "@/lib/features/data-sources/commands/start-crawl";
import { crawlPages } from "@/lib/features/data-sources/crawl-queries";
import { crawlWebsite } from "@/lib/features/data-sources/crawling/crawl-website";
import { testRequest as request } from "@/tests/support/product";
import { serve } from "../fetching/servers";
import { done } from "../gurus/guru-for-tests";
import { guru, member } from "./harness";

export const start = (input: Record<string, unknown>, principal = member, ref = guru.slug) =>
  startCrawl.execute({ principal, request, input: { guru: ref, kind: "links", ...input } });

/** Starts a search and does the job. */
export async function searched(input: Record<string, unknown>): Promise<string> {
  const { id } = done(await start(input));
  await crawlWebsite({ crawlId: id });
  return id;
}

export async function pagesOf(id: string) {
  const result = await crawlPages.execute({ principal: member, request, input: { guru: guru.slug, id } });
  if (!result.ok || !result.value) throw new Error("no such search");
  return result.value;
}
export const found = async (id: string) =>
  (await pagesOf(id)).pages.filter(({ state }) => state === "found").map(({ url }) => new URL(url).pathname);
export const page = (title: string, ...links: string[]) =>
  `<html><head><title>${title}</title></head><body>${links.map((to) => `<a href="${to}">x</a>`).join(" ")}</body></html>`;

/** A site of the given answers; whatever else is asked for is not there. */
export async function site(
  answers: Record<
    string,
    string | { status?: number; headers?: Record<string, string>; body?: string | Buffer }
  >,
) {
  const asked: string[] = [];
  const host = await serve((req, res) => {
    const path = req.url ?? "";
    asked.push(path);
    const answer = answers[path];
    if (answer === undefined) return void res.writeHead(404).end();
    const { status = 200, headers = {}, body = "" } = typeof answer === "string" ? { body: answer } : answer;
    res.writeHead(status, { "content-type": "text/html", ...headers }).end(body);
  });
  return { ...host, asked };
}
