import { expect, it, vi } from "vitest";
import { allEvents } from "@/lib/audit/catalogue/registry";
import { closePools } from "@/lib/db/client";
import { setRuntime } from "@/lib/platform/runtime";
import { fillDemo } from "../../../scripts/demo/fill-demo";
import { createTestProduct } from "../../support/product";
const cases = [];
for (let d = 0; d < 7; d++) for (const h of [0, 9.5, 17]) cases.push({ days: h === 0 ? 1 : h === 17 ? 2 : 6, back: d + h / 24, scale: 0.4, seed: d * 10 + h });
cases.push({ days: 30, back: 3.3, scale: 1, seed: 99 });
const not = ["audit.logging_enabled","audit.logging_disabled","audit.retention_changed","audit.pruned","user.created"];
it.each(cases)("%o", async ({ days, back, scale, seed }) => {
  const product = await createTestProduct();
  const { runtime } = product;
  setRuntime({ ...runtime, urls: { ...runtime.urls, app: runtime.urls.maintenance } });
  const now = Date.now() - back * 86400000;
  const spy = vi.spyOn(Date, "now");
  const real = performance.now();
  spy.mockImplementation(() => now + (performance.now() - real));
  try {
    const filled = await fillDemo({ days, scale, seed });
    const ev = (await product.events()) as unknown as { occurred_at: Date; action: string }[];
    const seen = new Set(ev.map((e) => e.action));
    const missing = allEvents.map((e) => e.action).filter((a) => !not.includes(a) && !seen.has(a));
    const hours = new Set(ev.map((e) => e.occurred_at.getUTCHours())).size;
    const dayset = new Set(ev.map((e) => Math.floor((e.occurred_at.getTime() - now) / 86400000))).size;
    const late = Math.max(...ev.map((e) => e.occurred_at.getTime())) - now;
    console.log(new Date(now).toUTCString(), days, filled.events, missing.join(), "hours", hours, "days", dayset, "late s", Math.round(late / 1000), Math.round((performance.now()-real)/1000)+"s");
  } finally {
    spy.mockRestore();
    await closePools();
    await product.close();
  }
}, 300000);
