import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { testRequest as request, type TestProduct } from "@/tests/support/product";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { until } from "../sealer/events-for-tests";
import { type ErasureWorld, erasureWorld } from "./erasure-world";

let product: TestProduct;
let owner: UserPrincipal;
let newPerson: ErasureWorld["newPerson"];
let eraseThem: ErasureWorld["eraseThem"];

beforeAll(async () => {
  ({ product, owner, newPerson, eraseThem } = await erasureWorld());
});
afterAll(() => product.close());

const mib = 1024 * 1024;

/** A maintainer of somebody else's guru, which stays when they go. */
async function maintainer(): Promise<{ person: UserPrincipal; guru: { id: string; slug: string } }> {
  const [person, guru] = [await newPerson(), await guruOf(owner)];
  await giveRole(guru.id, person, "maintainer");
  return { person, guru };
}

const send = (
  principal: UserPrincipal,
  guru: string,
  body: ReadableStream<Uint8Array>,
  declaredBytes: number,
) => receiveUpload({ principal, request, guru, fileName: "minutes.txt", declaredBytes, body });
const text = (bytes: number) => new Blob(["x".repeat(bytes)]).stream() as ReadableStream<Uint8Array>;

/** What is kept of a person's files: uploads, and their pieces. */
async function keptOf({ accountId }: UserPrincipal) {
  const [kept] = await product.admin<{ uploads: number; pieces: number }[]>`
    select count(distinct u.id)::int as uploads, count(c)::int as pieces
    from upload u left join upload_chunk c on c.upload_id = u.id where u.account_id = ${accountId}`;
  const [orphans] = await product.admin`
    select count(*)::int as n from upload_chunk c where not exists (select from upload u where u.id = c.upload_id)`;
  if (!kept || !orphans) throw new Error("counting gave nothing");
  return { ...kept, orphans: Number(orphans.n) };
}
const nothing = { uploads: 0, pieces: 0, orphans: 0 };

describe("an erasure and the files of a person", () => {
  it.each([
    ["with pieces still to come", 3 * mib],
    ["of which only the end is missing", 2 * mib],
  ])("ends an upload that is on its way, %s, in words and without leftovers", async (_, bytes) => {
    const { person, guru } = await maintainer();
    let goOn = () => {};
    const erased = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let sent = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (sent === 2) await erased;
          if (sent * mib === bytes) return controller.close();
          controller.enqueue(Buffer.alloc(mib, "x"));
          sent += 1;
        },
      },
      { highWaterMark: 0 },
    );
    const sending = send(person, guru.slug, body, bytes);
    await until("two pieces are kept", async () => (await keptOf(person)).pieces === 2);
    done(await eraseThem(person));
    goOn();
    expect(await sending).toEqual({
      ...{ ok: false, code: "invalid" },
      message: expect.stringContaining("removed while it arrived"),
    });
    expect(await keptOf(person)).toEqual(nothing);
  });

  it("lets none begin meanwhile that would stay", async () => {
    const { person, guru } = await maintainer();
    const held = await product.admin.reserve();
    const waiting = (count: number) =>
      until(
        `${count} wait`,
        async () =>
          (
            await product.admin`
              select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
          ).length === count,
      );
    try {
      // An erasure that is under way waits here for another one, with the account in its hands.
      await held`select pg_advisory_lock(hashtext('gurulog.erasure'))`;
      const erasing = eraseThem(person);
      await waiting(1);
      const sending = send(person, guru.slug, text(10), 10);
      await waiting(2);
      await held`select pg_advisory_unlock(hashtext('gurulog.erasure'))`;
      done(await erasing);
      expect(await sending).toMatchObject({ ok: false });
    } finally {
      await held`select pg_advisory_unlock_all()`;
      held.release();
    }
    expect(await keptOf(person)).toEqual(nothing);
  });

  it("keeps what a source was made of, and of that the person's other files go", async () => {
    const { person, guru } = await maintainer();
    const { id: uploadId } = done(await send(person, guru.slug, text(20), 20));
    done(await send(person, guru.slug, text(30), 30));
    const input = { guru: guru.slug, uploadId };
    const { id } = done(await addFileSource.execute({ principal: person, request, input }));
    done(await eraseThem(person));
    expect(await keptOf(person)).toEqual({ uploads: 1, pieces: 1, orphans: 0 });
    expect(await product.admin`select upload_id from data_source where id = ${id}`).toMatchObject([
      { upload_id: uploadId },
    ]);
  });
});
