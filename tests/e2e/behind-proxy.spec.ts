import { expect, test } from "@playwright/test";
import { freePort, type Product, removeDataDir, startProduct } from "./support/start-product";
import { readLog, signInOwner, unattended, unattendedOwner, visitor } from "./support/visitor";

const origin = "https://log.example.com";

async function behindProxy(
  env: Record<string, string>,
  use: (product: Product, address: string) => Promise<void>,
) {
  const port = await freePort();
  const product = await startProduct({ port, env: { ...unattended, GURULOG_URL: origin, ...env } });
  try {
    await use(product, `http://127.0.0.1:${port}`);
  } finally {
    await product.stop();
    removeDataDir(product.dataDir);
  }
}

test("with an https GURULOG_URL and a trusted proxy: Secure cookies, HSTS, the forwarded address in the log, an owner made unattended", async () => {
  await behindProxy({ GURULOG_TRUSTED_PROXIES: "127.0.0.1/32" }, async (product, address) => {
    expect(product.url).toBe(origin);
    expect(product.setupToken).toBe("");
    const from = { "x-forwarded-for": "203.0.113.99, 198.51.100.7", "x-forwarded-proto": "https" };
    const owner = visitor({ address, origin, headers: from });

    const foreign = visitor({ address, origin: address, headers: from });
    expect((await signInOwner(foreign)).status).toBe(403);

    const answer = await signInOwner(owner);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
    const session = owner.setCookies.find((line) => line.startsWith("__Secure-gurulog.session="));
    expect(session).toMatch(/; Secure/i);
    expect(session).toMatch(/; HttpOnly/i);
    expect(session).toMatch(/; SameSite=lax/i);
    for (const line of owner.setCookies) expect(line).toMatch(/; Secure/i);
    expect((await owner.get("/gurus")).status).toBe(200);

    const events = await readLog(owner);
    expect(events.map((e) => e.action)).toEqual(["user.created", "user.owner_created", "user.signed_in"]);
    const [created, ownerCreated, signedIn] = events;
    expect(created).toMatchObject({ actorType: "system", actorId: "system", ip: null, cause: null });
    expect(ownerCreated).toMatchObject({
      actorType: "user",
      actorId: created?.targetId,
      actorEmail: unattendedOwner.email,
      ip: null,
      cause: created?.id,
    });
    expect(signedIn).toMatchObject({ ip: "198.51.100.7", actorEmail: unattendedOwner.email });

    const paged = await owner.get("/api/ee/audit?page=1&perPage=1", {
      "x-org-domain": "~",
      "sec-fetch-site": "same-origin",
      host: "evil.example",
    });
    expect(paged.headers.get("link")).toContain(`<${origin}/api/ee/audit?page=2&perPage=1>; rel="next"`);
  });
});

test("without a trusted proxy a forged X-Forwarded-For is not believed: the log has the socket's address", async () => {
  await behindProxy({}, async (_product, address) => {
    const owner = visitor({
      address,
      origin,
      headers: {
        "x-forwarded-for": "198.51.100.7",
        "x-real-ip": "198.51.100.7",
        forwarded: "for=198.51.100.7",
      },
    });
    expect((await signInOwner(owner)).status).toBe(303);
    const refused = await visitor({ address, origin, headers: { "x-forwarded-for": "198.51.100.7" } }).submit(
      "/sign-in",
      "Sign in",
      { ...unattendedOwner, password: "not the right one" },
    );
    expect(refused.status).toBe(200);
    const people = (await readLog(owner)).filter((e) => e.ip !== null);
    expect(people.map((e) => [e.action, e.ip])).toEqual([
      ["user.signed_in", "127.0.0.1"],
      ["user.sign_in_failed", "127.0.0.1"],
    ]);
  });
});
