import { writeFileSync } from "node:fs";
import { it } from "vitest";
import { setRuntime } from "@/lib/platform/runtime";
import { fillDemo } from "../../../scripts/demo/fill-demo";
import { createTestProduct } from "../../support/product";

it("measures", async () => {
  const product = await createTestProduct();
  const { runtime } = product;
  setRuntime({ ...runtime, urls: { ...runtime.urls, app: runtime.urls.maintenance } });
  const t = performance.now();
  const filled = await fillDemo({
    days: 30,
    scale: 1,
    seed: 20261121,
    onDay: (d, n, e) => {
      if (d % 5 === 0) console.log(d, n, e, Math.round((performance.now() - t) / 1000));
    },
  });
  console.log(filled, (performance.now() - t) / 1000);
  const a = product.admin;
  let out = "";
  const dump = (rows: unknown) => {
    out += (rows as object[]).map((r) => Object.values(r).join(" | ")).join("\n") + "\n\n";
  };
  dump(await a`select action, outcome, actor_type, count(*) from audit_event group by 1,2,3 order by 1,2,3`);
  dump(
    await a`select coalesce(actor_email, actor_type) u, count(*) from audit_event group by 1 order by 2 desc`,
  );
  dump(await a`select coalesce(guru_slug,'-') u, count(*) from audit_event group by 1 order by 2 desc`);
  dump(
    await a`select to_char(occurred_at at time zone 'UTC','MM-DD Dy') d, count(*) from audit_event group by 1 order by 1`,
  );
  dump(
    await a`select extract(hour from occurred_at at time zone 'UTC') d, count(*) from audit_event group by 1 order by 1`,
  );
  dump(await a`select host(ip) d, count(*) from audit_event group by 1 order by 2 desc`);
  dump(
    await a`select to_char(occurred_at at time zone 'UTC','MM-DD Dy HH24:MI:SS'), coalesce(actor_email, actor_type), host(ip), operation, outcome, target_label, left(details::text, 120) from audit_event order by seq limit 90`,
  );
  dump(
    await a`select to_char(occurred_at at time zone 'UTC','MM-DD Dy HH24:MI:SS'), coalesce(actor_email, actor_type), host(ip), operation, outcome, target_label, left(details::text, 120) from audit_event where outcome='failure' order by seq limit 150`,
  );
  dump(
    await a`select to_char(occurred_at at time zone 'UTC','MM-DD Dy HH24:MI:SS'), coalesce(actor_email, actor_type), host(ip), operation, outcome, target_label, left(changes::text, 150) from audit_event where operation='UPDATE_GURU' order by seq limit 60`,
  );
  dump(
    await a`select to_char(occurred_at at time zone 'UTC','MM-DD Dy HH24:MI:SS'), coalesce(actor_email, actor_type), host(ip), operation, outcome, target_label, left(details::text, 120) from audit_event order by seq desc limit 40`,
  );
  writeFileSync("/tmp/demo-dump.txt", out);
  await product.close();
}, 300000);
