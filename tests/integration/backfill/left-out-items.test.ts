import { beforeEach, expect, it } from "vitest";
import { type AskedRequest, once, troubles } from "@/tests/support/stand-ins/content-server";
import { type StandInZendesk, startZendesk, zendeskLogin } from "@/tests/support/stand-ins/zendesk";
import { jobOf, sourcesOfGuru, started, synced, wantsRun, withBackfillProduct } from "./backfill-world";

withBackfillProduct();

let zendesk: StandInZendesk;
let job: string;
beforeEach(async () => {
  zendesk = await started(startZendesk());
  zendesk.pageSize = 2;
  zendesk.tickets = [1, 2, 3].map((id) => ({
    ...{ id, subject: `Item ${id}`, updated_at: "2026-03-02T10:00:00Z" },
    comments: [{ text: `The valve ${id} opens by itself.` }],
  }));
  const query = { query: "status:solved", contentType: "tickets" };
  job = await jobOf("ZENDESK", zendesk, zendeskLogin, query);
});

const asksFor = (ticket: number) => (request: AskedRequest) =>
  request.path === `/api/v2/tickets/${ticket}/comments`;
const titles = async () => (await sourcesOfGuru()).map(({ title }) => title);
const oneLeftOut = /^1 item was left out: gone when it came to reading/;

it.each([404, 410, 403])(
  "an item that is there no more when it is read (%i) keeps back no other, and the run says so",
  async (status) => {
    once(zendesk, asksFor(2), () => ({ status, json: { error: "RecordNotFound" } }));
    expect(await synced(job)).toMatchObject({
      status: "COMPLETED",
      note: expect.stringMatching(oneLeftOut),
      added_total: 2,
      run_found: 3,
    });
    expect(await titles()).toEqual(["#1 Item 1", "#3 Item 3"]);
    await wantsRun(job);
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", note: null, added_total: 3 });
  },
);

it("says so too where the run was broken off behind that item's page", async () => {
  once(zendesk, asksFor(2), () => ({ status: 404, json: {} }));
  once(zendesk, asksFor(3), () => troubles.fault);
  expect(await synced(job)).toMatchObject({
    status: "COMPLETED",
    note: expect.stringMatching(oneLeftOut),
    added_total: 2,
  });
});

it("whatever else is wrong with one item holds the run up", async () => {
  once(zendesk, asksFor(2), () => troubles.unauthorized);
  expect(await synced(job)).toMatchObject({
    status: "FAILED",
    note: expect.stringMatching(/refuses these credentials/),
  });
});
