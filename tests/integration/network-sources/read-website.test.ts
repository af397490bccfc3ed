import { describe, expect, it } from "vitest";
import { reindexDataSources } from "@/lib/features/data-sources/commands/reindex-data-sources";
import { testRequest as request } from "@/tests/support/product";
import { serve, serveBytes } from "../fetching/servers";
import { done } from "../gurus/guru-for-tests";
import {
  eventsOf,
  guru,
  indexed,
  member,
  pageSource,
  passagesOf,
  product,
  withFetchingProduct,
} from "./harness";

withFetchingProduct();

const html = (body: string, title = "Rolling back") =>
  `<!doctype html><html><head><title>${title}</title></head><body>${body}</body></html>`;
const article = `
  <nav><a href="/other">Menu of the site</a></nav>
  <main><h1>Rolling back</h1>
    <p>The gateway is rolled back with <a href="../cli#rollback">one command</a>, which the deploy tool knows. It takes a
    minute, and nobody has to be asked before it is run.</p>
    <h2>When</h2><ul><li>An error rate above two in a hundred</li><li>A wrong <code>journal</code></li></ul>
    <pre>deploy rollback --now\n  --yes</pre>
    <table><tr><th>Stage</th><th>Minutes</th></tr><tr><td>Drain</td><td>2</td></tr></table>
    <script>alert("never text")</script><p hidden>hidden words</p>
  </main><footer>Imprint</footer>`;

describe("a page", () => {
  it("becomes passages with its title, headings, links and address, and takes its title", async () => {
    const host = await serve((_, res) => res.setHeader("content-type", "text/html").end(html(article)));
    const id = await pageSource(`${host.origin}/docs/rollback`);
    expect(await indexed(id)).toMatchObject({ status: "SUCCESS", title: "Rolling back", error: null });
    const passages = await passagesOf(id);
    const text = passages.map(({ content }) => content).join("\n");
    expect(text).toContain(`rolled back with [one command](${host.origin}/cli#rollback)`);
    expect(text).toContain("- An error rate above two in a hundred");
    expect(text).toContain("deploy rollback --now\n  --yes");
    expect(text).toContain("Stage | Minutes");
    expect(text).not.toMatch(/never text|hidden words|Imprint|Menu of the site/);
    expect(passages.some(({ heading }) => String(heading).includes("When"))).toBe(true);
    expect(passages.every(({ heading }) => String(heading).startsWith("Rolling back"))).toBe(true);
    expect(new Set(passages.map(({ url }) => url))).toEqual(new Set([`${host.origin}/docs/rollback`]));
    const [added, read] = await eventsOf(id);
    expect(added?.target_label).toBe(`WEBSITE - ${host.origin}/docs/rollback`);
    expect(read).toMatchObject({
      operation: "INDEX_DATASOURCE",
      actor_type: "system",
      target_label: "WEBSITE - Rolling back",
    });
    expect(read?.changes).toContainEqual({
      field: "title",
      before: `${host.origin}/docs/rollback`,
      after: "Rolling back",
    });
  });

  it("of the title of another keeps its address beside it", async () => {
    const host = await serve((_, res) =>
      res.setHeader("content-type", "text/html").end(html(article, "Same")),
    );
    const ids = [await pageSource(`${host.origin}/1`), await pageSource(`${host.origin}/2`)];
    const titles = [];
    for (const id of ids) titles.push((await indexed(id)).title);
    expect(titles).toEqual(["Same", `Same – ${host.origin}/2`]);
  });

  it("that changed is recorded with its digest before and after; the old passages go", async () => {
    let words = "The first version of these words.";
    const host = await serve((_, res) => res.setHeader("content-type", "text/plain").end(words));
    const id = await pageSource(`${host.origin}/changing`);
    const first = (await indexed(id)).sha256;
    words = "The second version of these words.";
    done(
      await reindexDataSources.execute({ principal: member, request, input: { guru: guru.slug, ids: [id] } }),
    );
    const second = (await indexed(id)).sha256;
    expect((await passagesOf(id)).map(({ content }) => content)).toEqual([words]);
    expect((await eventsOf(id)).at(-1)?.changes).toContainEqual({
      field: "sha256",
      before: first.toString("hex"),
      after: second.toString("hex"),
    });
  });

  it.each([
    ["utf-8 by default", "text/html", Buffer.from(html("<p>søk på norsk</p>"))],
    [
      "the header's charset",
      "text/html; charset=iso-8859-1",
      Buffer.from(html("<p>søk på norsk</p>"), "latin1"),
    ],
    [
      "the page's own",
      "text/html",
      Buffer.from(html('<meta charset="windows-1252"><p>søk på norsk</p>'), "latin1"),
    ],
    ["a byte order mark", "text/plain", Buffer.from("\ufeffsøk på norsk", "utf16le")],
  ])("is decoded by %s", async (_, type, body) => {
    const host = await serve((_req, res) => res.setHeader("content-type", type).end(body));
    const id = await pageSource(host.origin);
    await indexed(id);
    expect((await passagesOf(id))[0]?.content).toContain("søk på norsk");
  });

  it("is tried again after a moment's trouble, and the trouble is the reason in the end", async () => {
    let asked = 0;
    const host = await serve((_, res) => {
      asked += 1;
      res.statusCode = asked < 3 ? 503 : 200;
      res.setHeader("content-type", "text/plain").end("back again");
    });
    expect(await indexed(await pageSource(`${host.origin}/soon`))).toMatchObject({ status: "SUCCESS" });
    expect(asked).toBe(3);
    const never = await serve((_, res) => {
      res.statusCode = 503;
      res.end();
    });
    expect((await indexed(await pageSource(`${never.origin}/never`))).error).toMatch(
      /status 503.*tried 4 times/,
    );
  });
});

describe("what cannot be read says why on the source, with INDEX_DATASOURCE_FAILED", () => {
  const page = (answer: Parameters<typeof serve>[0]) => serve(answer).then(({ origin }) => origin);
  const status = (code: number) => () =>
    page((_, res) => {
      res.statusCode = code;
      res.end("<html>no</html>");
    });
  const typed = (type: string, body: string) => () =>
    page((_, res) => res.setHeader("content-type", type).end(body));

  it.each<[string, () => Promise<string>, RegExp]>([
    ["no page", status(404), /nothing at this address/],
    ["one for people who sign in", status(401), /without signing in/],
    ["a file", typed("application/pdf", "%PDF-1.7"), /type application\/pdf.*upload it as a file/],
    [
      "nothing but scripts",
      typed("text/html", html("<div id=app></div><script>x()</script>")),
      /no text on this page/,
    ],
    [
      "a redirect to a closed address",
      () => page((_, res) => res.writeHead(302, { location: "http://169.254.169.254/" }).end()),
      /private, local or reserved/,
    ],
    [
      "redirects without end",
      () => page((req, res) => res.writeHead(302, { location: `${req.url}x` }).end()),
      /leads on more than 3 times/,
    ],
    [
      "an answer in brotli",
      () => page((_, res) => res.setHeader("content-encoding", "br").end("x")),
      /Only gzip and deflate/,
    ],
    ["more than 10 MB", typed("text/plain", "x".repeat(10 * 1024 * 1024 + 1)), /larger than 10 MB/],
    [
      "another protocol",
      () => serveBytes((socket) => socket.end("SSH-2.0-x\r\n")).then(({ origin }) => origin),
      /not HTTP/,
    ],
    [
      "a page nested without end",
      typed("text/html", html("<b>".repeat(200_000))),
      /no text on this page|nested too deeply/,
    ],
  ])("%s", async (_, make, reason) => {
    const id = await pageSource(`${await make()}/page`);
    const row = await indexed(id);
    expect(row).toMatchObject({ status: "FAIL", error: expect.stringMatching(reason) });
    expect((await eventsOf(id)).at(-1)).toMatchObject({
      operation: "INDEX_DATASOURCE_FAILED",
      outcome: "failure",
      details: { message: row.error },
    });
  });

  it("an address that is closed now, though it was open when it was added", async () => {
    const host = await serve((_, res) => res.end("secret"));
    const id = await pageSource(host.origin);
    product.runtime.env.GURULOG_ALLOW_PRIVATE_CIDRS = "";
    try {
      expect((await indexed(id)).error).toContain("GURULOG_ALLOW_PRIVATE_CIDRS");
    } finally {
      product.runtime.env.GURULOG_ALLOW_PRIVATE_CIDRS = "127.0.0.0/8";
    }
    expect(host.connections()).toBe(0);
  });
});
