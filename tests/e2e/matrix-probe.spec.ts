import { writeFileSync } from "node:fs";
import { test } from "./support/roles-fixture";
import { roles } from "./support/roles-world";
import { eachOf, send } from "./support/matrix-send";
test("probe", async ({ world }) => {
  const pages = ["/","/gurus","/gurus/new","/gurus/guru-a","/gurus/guru-a/audit-logs","/gurus/guru-a/data-sources",`/gurus/guru-a/data-sources/${world.guruA.sourceId}`,"/gurus/guru-a/logo","/gurus/guru-a/settings","/gurus/guru-a/team","/settings","/settings/api-keys","/settings/audit-logs","/settings/profile","/change-password","/onboarding","/pending","/register","/sign-in","/nothing"];
  let out = "";
  const t = Date.now();
  for (const p of pages) {
    const row = await eachOf([...roles], async (r) => { const a = await send(world.url, p, { headers: { cookie: world.cookieOf(r) ?? "" } }); return a.status === 307 ? a.location : String(a.status); });
    out += `${p.slice(0,40).padEnd(42)}${row.map((c) => String(c).padEnd(24)).join("")}\n`;
  }
  out += `${Date.now() - t} ms\n`;
  writeFileSync("/tmp/probe.txt", out + world.product.output());
});
