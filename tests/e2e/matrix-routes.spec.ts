import { randomUUID } from "node:crypto";
import { expect } from "@playwright/test";
import { pathOf, repositoryOf } from "./support/code-in-world";
import { type Answer, eachOf, freshAddress, send } from "./support/matrix-send";
import { routeTable } from "./support/matrix-tables";
import { routesInTree } from "./support/matrix-tree";
import { businessState } from "./support/roles-database";
import { test } from "./support/roles-fixture";
import { hasMarker, type Role, roles, seesGuruA, type World } from "./support/roles-world";

interface Ask {
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

const filter = { guru: [], model: [], actor: [], actionType: [], operation: [], outcome: [] };
const json = { "content-type": "application/json" };
const exportOf = (scope: unknown): Ask => ({
  path: "/exports",
  headers: json,
  body: JSON.stringify({ scope, format: "csv", filter }),
});

const exportOfAnalytics = (guru: string): Ask => ({
  path: "/exports/analytics",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({ guru, format: "csv", interval: "7d" }).toString(),
});

async function ask(world: World, role: Role, method: string, { path, headers, body }: Ask): Promise<Answer> {
  const cookie = world.cookieOf(role);
  return send(world.url, path, {
    method,
    ...(body === undefined || method === "GET" || method === "HEAD" ? {} : { body }),
    headers: {
      origin: world.url,
      "x-forwarded-for": freshAddress(),
      ...(cookie ? { cookie } : {}),
      ...headers,
    },
  });
}

/** The owner's own export of the global log, not downloaded yet. */
async function ownersExport(world: World): Promise<string> {
  await world.admin`update export_job set state = 'cancelled'`;
  const made = await ask(world, "owner", "POST", exportOf("global"));
  expect(made.status, made.text).toBe(201);
  return (JSON.parse(made.text) as { id: string }).id;
}

/** An event of guru A that stands under a signed checkpoint, in the open tile or in a closed one. */
async function sealedEvent({ admin, guruA }: World): Promise<string> {
  let id: string | undefined;
  const find = async () => {
    const [found] = await admin<{ id: string }[]>`
      select e.id from audit_event e
      where e.guru_id = ${guruA.id} and (
        exists (select from audit_seal_tail t
          where t.event_id = e.id and t.index < (select max(size) from audit_checkpoint where org_id = e.org_id))
        or exists (select from audit_tile t where t.org_id = e.org_id and position(uuid_send(e.id) in t.events) > 0))
      order by e.seq limit 1`;
    id = found?.id;
    return id;
  };
  await expect.poll(find, { timeout: 15_000 }).toBeDefined();
  return id ?? "";
}

/** The addresses of proofs, with parameters that are right. */
const proofQueries: Record<string, (eventId: string) => string> = {
  "/api/ee/audit/checkpoint": () => "",
  "/api/ee/audit/consistency": () => "?from=1",
  "/api/ee/audit/proof": (eventId) => `?event=${eventId}`,
  "/api/ee/audit/tile/[...tile]": () => "",
};

const symbol = { symbolName: "anything" };
const file = { repository: repositoryOf("guru-a"), fileName: pathOf("guru-a") };
/** The addresses of the code search, with bodies that are right. */
const codeRequests: Record<string, { body?: object; query?: string }> = {
  "/api/search": { body: { query: "anything", matches: 10 } },
  "/api/find_references": { body: symbol },
  "/api/find_definitions": { body: symbol },
  "/api/source": { body: file, query: `?repo=${file.repository}&path=${file.fileName}` },
  "/api/repos": {},
  "/code/folder": { query: `?repository=${repositoryOf("guru-a")}` },
  "/code/preview": { query: `?repository=${repositoryOf("guru-a")}&symbol=anything` },
  "/api/mcp": { body: { jsonrpc: "2.0", id: 1, method: "tools/list" } },
};

function requestFor(route: string, world: World, exportId: string, eventId: string): Ask {
  const { slug } = world.guruA;
  const path = route
    .replace("[guru]", slug)
    .replace("[id]", exportId)
    .replace("[widget]", "x".repeat(43))
    .replace("[excelJob]", world.guruA.excelJobId)
    .replace("[[...unknown]]", "nothing/here")
    .replace("[...nextauth]", "session")
    .replace("[...tile]", "0/000.p/1");
  if (route === "/exports") return exportOf({ guru: slug });
  if (route === "/answers")
    return { path, headers: json, body: JSON.stringify({ guru: slug, question: "Which protocol?" }) };
  if (route === "/excel-jobs/workbook")
    return { path, headers: json, body: JSON.stringify({ guru: slug, uploadId: randomUUID() }) };
  if (route === "/excel-jobs/[excelJob]/output")
    return { path, headers: json, body: JSON.stringify({ guru: slug }) };
  if (route === "/uploads") return { path: `${path}?guru=${slug}&name=a.txt`, body: "some text" };
  if (route === "/audit/choices") return { path: `${path}?scope=${slug}&dimension=actor&q=` };
  if (route === "/audit/newer")
    return { path: `${path}?scope=${slug}&after=0-00000000-0000-0000-0000-000000000000` };
  if (route === "/exports/analytics") return exportOfAnalytics(slug);
  if (route === "/proofs")
    return {
      path,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ event: eventId, guru: slug }).toString(),
    };
  const proofQuery = proofQueries[route]?.(eventId);
  if (proofQuery !== undefined)
    return { path: path + proofQuery, headers: { "x-org-domain": "~", "sec-fetch-site": "same-origin" } };
  if (route === "/api/ee/audit")
    return { path, headers: { "x-org-domain": "~", "sec-fetch-site": "same-origin" } };
  const ofCode = codeRequests[route];
  if (ofCode)
    return {
      path: path + (ofCode.query ?? ""),
      headers: { ...json, "x-org-domain": "~", "sec-fetch-site": "same-origin" },
      body: JSON.stringify(ofCode.body),
    };
  return { path, body: "{}", headers: json };
}

/** The owner last: their download uses the export up. */
const inOrder = [...roles].sort((a, b) => Number(a === "owner") - Number(b === "owner"));

test("every method of every route file has its row, and no row is of one that is gone", () => {
  expect([...routeTable.keys()].sort()).toEqual(routesInTree().sort());
});

// One that is abandoned would fail on its own a minute later, and change what is compared.
test.beforeEach(async ({ world }) => {
  await world.admin`update export_job set state = 'cancelled' where state in ('pending', 'running')`;
});

const withoutMiddleware = process.env.GURULOG_WITHOUT_MIDDLEWARE === "1";

test("each route answers each role as the table says, and changes nothing for those it refuses", async ({
  world,
}) => {
  const got: Record<string, string> = {};
  const want: Record<string, string> = {};
  let exportId = await ownersExport(world);
  const eventId = await sealedEvent(world);
  for (const [name, row] of routeTable) {
    const [method = "", route = ""] = name.split(" ");
    if (name === "POST /exports") await world.admin`update export_job set state = 'cancelled'`;
    if (name === "HEAD /exports/[id]") exportId = await ownersExport(world);
    const before = await businessState(world.admin);
    const refused = inOrder.filter((role) => !row[role].startsWith("2"));
    for (const role of [...refused, ...inOrder.filter((r) => !refused.includes(r))]) {
      if (role === inOrder.find((r) => !refused.includes(r)))
        expect([name, await businessState(world.admin)]).toEqual([name, before]);
      const answer = await ask(world, role, method, requestFor(route, world, exportId, eventId));
      const cell = answer.status === 307 && answer.location === "/sign-in" ? "in" : String(answer.status);
      const leaks = !seesGuruA.includes(role) && !row[role].startsWith("2") && hasMarker(answer.text);
      got[`${name} ${role}`] = leaks ? `${cell} leaks` : cell;
      // Without the middleware nothing leads to the sign-in page: the route itself refuses.
      want[`${name} ${role}`] = row[role] === "in" && withoutMiddleware ? "404" : row[role];
      if (/^[45]/.test(cell) && answer.text !== "")
        expect([name, role, answer.headers["content-type"]]).toEqual([
          name,
          role,
          expect.stringMatching(/json/),
        ]);
    }
    if (refused.length === inOrder.length)
      expect([name, await businessState(world.admin)]).toEqual([name, before]);
  }
  expect(got).toEqual(want);
});

test("routes know no guru of another organization, nor a foreign one", async ({ world }) => {
  const { abroad, guruB } = world;
  const before = await businessState(world.admin);
  for (const [role, refs] of [
    ["owner", [abroad.slug, abroad.id, "no-such-guru"]],
    ["maintainer", [abroad.slug, guruB.slug, guruB.id]],
  ] as const) {
    for (const ref of refs) {
      const answers = [
        await ask(world, role, "GET", { path: `/gurus/${ref}/logo` }),
        await ask(world, role, "POST", exportOf({ guru: ref })),
        await ask(world, role, "POST", exportOfAnalytics(ref)),
        await ask(world, role, "POST", { path: `/uploads?guru=${ref}&name=a.txt`, body: "text" }),
        await ask(world, role, "POST", {
          path: "/answers",
          headers: json,
          body: JSON.stringify({ guru: ref, question: "Which protocol?" }),
        }),
      ];
      expect([role, ref, answers.map((a) => a.status)]).toEqual([role, ref, answers.map(() => 404)]);
    }
  }
  expect(await businessState(world.admin)).toEqual(before);
});

test("nobody but owner and auditor asks for the global log's export: to all others there is none", async ({
  world,
}) => {
  for (const role of roles.filter((one) => !["anonymous", "owner", "auditor"].includes(one))) {
    const answer = await ask(world, role, "POST", exportOf("global"));
    expect([role, answer.status]).toEqual([role, 404]);
  }
});

test("next-auth's own endpoints, asked directly, are 404 JSON and change nothing", async ({ world }) => {
  const { admin, people } = world;
  const rows = async () => ({
    ...(await businessState(admin)),
    sessions: (await admin`select count(*)::int as n from session`)[0]?.n,
    // The minute of what was refused before may close meanwhile, with an event for each that was counted.
    events: (
      await admin`
        select count(*)::int as n from audit_event where action not like 'access.%' and not details ? 'firstAt'`
    )[0]?.n,
  });
  const before = await rows();
  const form = (fields: Record<string, string>) => ({
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
  const credentials = { email: people.owner.email, password: people.owner.password };
  const requests: [string, Ask][] = [
    ["POST", { path: "/api/auth/callback/credentials", ...form(credentials) }],
    [
      "POST",
      { path: "/api/auth/callback/credentials?json=true", headers: json, body: JSON.stringify(credentials) },
    ],
    ["GET", { path: "/api/auth/callback/oidc?code=x&state=y" }],
    [
      "POST",
      {
        path: "/api/auth/session",
        headers: json,
        body: JSON.stringify({ data: { role: "owner" }, user: { role: "owner" } }),
      },
    ],
    ["GET", { path: "/api/auth/session?update" }],
    ["POST", { path: "/api/auth/signout", ...form({ callbackUrl: "https://evil.example" }) }],
    ["GET", { path: "/api/auth/signout" }],
    ["POST", { path: "/api/auth/signin/credentials", ...form(credentials) }],
    ["GET", { path: "/api/auth/csrf" }],
    ["GET", { path: "/api/auth/providers" }],
    ["POST", { path: "/api/auth/_log", headers: json, body: "{}" }],
    ["GET", { path: "/api/auth" }],
    ["GET", { path: "/api/auth/error?error=x" }],
  ];
  const asked = requests.flatMap(([method, one]) =>
    (["anonymous", "member", "owner"] as const).map((role) => ({ method, one, role })),
  );
  await eachOf(asked, async ({ method, one, role }) => {
    const answer = await ask(world, role, method, one);
    const type = String(answer.headers["content-type"]).split(";")[0];
    const about = `${method} ${one.path} ${role}`;
    expect([about, answer.status, type]).toEqual([about, 404, "application/json"]);
    expect([about, answer.headers["set-cookie"]]).toEqual([about, undefined]);
  });
  expect(await rows()).toEqual(before);
  const still = await send(world.url, "/settings/audit-logs", { headers: { cookie: people.owner.cookie } });
  expect(still.status).toBe(200);
  const noOwner = await send(world.url, "/settings/audit-logs", {
    headers: { cookie: people.member.cookie },
  });
  expect(noOwner.status).toBe(404);
});
