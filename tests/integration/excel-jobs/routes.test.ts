import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { POST as output } from "@/app/excel-jobs/[excelJob]/output/route";
import { POST as lookIn } from "@/app/excel-jobs/workbook/route";
import { POST as upload } from "@/app/uploads/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { currentCookieName, sessionCookieValue, startSession } from "@/lib/access/sessions";
import { inTransaction } from "@/lib/gate/transaction";
import { runWithRequest } from "@/lib/platform/request-context";
import {
  choices,
  eventsOf,
  guru,
  jobOf,
  member,
  questionnaire,
  rowsOf,
  run,
  viewer,
  withExcelProduct,
} from "./excel-harness";

withExcelProduct();

async function cookieOf(person: UserPrincipal): Promise<string> {
  const sid = await inTransaction((tx) => startSession(tx, person.accountId, { ip: null, userAgent: null }));
  return `${currentCookieName()}=${await sessionCookieValue(sid)}`;
}

type Sent = { body: BodyInit; headers?: Record<string, string>; by?: UserPrincipal };

async function post<P>(
  route: (request: Request, context: { params: Promise<P> }) => Promise<Response>,
  address: string,
  params: P,
  { body, headers = {}, by }: Sent,
): Promise<Response> {
  const cookie: Record<string, string> = by ? { cookie: await cookieOf(by) } : {};
  const request = new Request(`http://localhost${address}`, {
    method: "POST",
    body,
    headers: { ...headers, ...cookie },
  });
  const context = { ip: "203.0.113.7", requestId: randomUUID(), nonce: "n", proto: "http" } as const;
  return runWithRequest(context, () => route(request, { params: Promise.resolve(params) }));
}

const sendFile = (query: Record<string, string>, bytes: Buffer, by?: UserPrincipal) =>
  post(
    upload,
    `/uploads?${new URLSearchParams({ guru: guru.slug, ...query })}`,
    {},
    {
      body: new Uint8Array(bytes),
      headers: { "content-length": String(bytes.length) },
      ...(by ? { by } : {}),
    },
  );
const look = (sent: unknown, by?: UserPrincipal) =>
  post(lookIn, "/excel-jobs/workbook", {}, { body: JSON.stringify(sent), ...(by ? { by } : {}) });
const download = (id: string, sent: string, more: Omit<Sent, "body"> = {}) =>
  post(output, `/excel-jobs/${id}/output`, { excelJob: id }, { body: sent, ...more });

describe("the addresses of Excel jobs", () => {
  it("take a workbook in, tell what is in it, and count its questions", async () => {
    const sent = await sendFile({ name: "Questions.xlsx", for: "excel-job" }, questionnaire(), member);
    expect(sent.status).toBe(201);
    const { id: uploadId } = (await sent.json()) as { id: string };
    const sheets = await look({ guru: guru.slug, uploadId }, member);
    expect([sheets.status, await sheets.json()]).toMatchObject([200, { fileName: "Questions.xlsx" }]);
    const counted = await look({ guru: guru.slug, uploadId, choices }, member);
    expect([counted.status, await counted.json()]).toMatchObject([200, { counts: { answersToFill: 3 } }]);
  });

  it("give the filled workbook to be saved, and to nobody's cache", async () => {
    const id = await jobOf(questionnaire(), choices, "Spørsmål.xlsx");
    await run(id);
    const headers = { "idempotency-key": randomUUID() };
    const answer = await download(id, JSON.stringify({ guru: guru.slug }), { headers, by: member });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toContain(
      "filename*=UTF-8''Sp%C3%B8rsm%C3%A5l%20%28answered%29.xlsx",
    );
    expect(answer.headers.get("cache-control")).toContain("no-store");
    const rows = rowsOf(Buffer.from(await answer.arrayBuffer()), "Security");
    expect(rows[1]?.[2]).toContain("each night");
    const again = await download(id, JSON.stringify({ guru: guru.slug }), { headers, by: member });
    expect([again.status, await again.json()]).toMatchObject([409, { code: "conflict" }]);
    const recorded = (await eventsOf(id)).filter((e) => e.operation === "DOWNLOAD_EXCEL_OUTPUT");
    expect(recorded).toMatchObject([{ ip: "203.0.113.7", actor_email: member.email }]);
  });

  it("refuse strangers, viewers and nonsense, in words", async () => {
    const id = await jobOf(questionnaire());
    const uploadId = randomUUID();
    const tries: [Response, number][] = [
      [await sendFile({ name: "a.xlsx", for: "excel-job" }, questionnaire()), 401],
      [await sendFile({ name: "a.xlsx", for: "excel-job" }, questionnaire(), viewer), 403],
      [await sendFile({ name: "a.xlsx", for: "elsewhere" }, questionnaire(), member), 400],
      [await sendFile({ name: "a.txt", for: "excel-job" }, Buffer.from("text"), member), 400],
      [await look({ guru: guru.slug, uploadId }), 401],
      [await look({ guru: guru.slug, uploadId }, viewer), 403],
      [await look({ guru: guru.slug, uploadId }, member), 404],
      [await look({ guru: guru.slug, uploadId: "\0" }, member), 400],
      [await look(["guru"], member), 400],
      [await look({}, member), 400],
      [await look({ guru: guru.slug, uploadId, choices: [] }, member), 400],
      [await download(id, JSON.stringify({ guru: guru.slug })), 401],
      [await download(id, JSON.stringify({ guru: guru.slug }), { by: viewer }), 403],
      [await download(id, "no JSON", { by: member }), 404],
      [await download("\0", JSON.stringify({ guru: guru.slug }), { by: member }), 404],
      [await download(randomUUID(), JSON.stringify({ guru: guru.slug }), { by: member }), 404],
      [await download(id, JSON.stringify({ guru: guru.slug }), { by: member }), 409],
    ];
    expect(tries.map(([answer]) => answer.status)).toEqual(tries.map(([, status]) => status));
    for (const [answer] of tries)
      expect(await answer.json()).toEqual({
        code: expect.any(String),
        message: expect.stringMatching(/\.$/),
      });
    expect((await eventsOf(id)).map((e) => e.operation)).toEqual(["CREATE_EXCEL_JOB"]);
  });
});
