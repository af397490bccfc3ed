import { Writable } from "node:stream";
import { createElement } from "react";
import { renderToPipeableStream } from "react-dom/server";
import { expect, it } from "vitest";
import { Counted, type Counts } from "./counted";
import type { AuditCounts } from "./types";

const none = { access: 0, created: 0, updated: 0, deleted: 0 };
const counted: AuditCounts = {
  total: { count: 7, exact: true },
  histogram: { days: [], inRange: none, exact: true },
  first: 1,
};

/** Renders as the server does; gives what was sent, part by part, to be looked at while counting goes on. */
function rendered(counts: Counts) {
  let sent = "";
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      sent += chunk.toString("utf8");
      done();
    },
  });
  const shell = new Promise<void>((resolve, reject) => {
    const page = createElement(
      "main",
      null,
      createElement(Counted, {
        counts,
        waiting: createElement("i", null, "waiting"),
        failed: createElement("i", null, "failed"),
        onEnd: () => {},
        // biome-ignore lint/correctness/noChildrenProp: a function, which the rest arguments have no type for
        children: ({ total }: AuditCounts) => createElement("b", null, `${total.count} events`),
      }),
      createElement("p", null, "the rows"),
    );
    const { pipe } = renderToPipeableStream(page, {
      onShellReady() {
        pipe(sink);
        resolve();
      },
      onShellError: reject,
      // A broken promise is left to the browser, which shows what stands for a failure.
      onError: () => undefined,
    });
  });
  const whole = new Promise<void>((resolve) => sink.once("finish", resolve));
  return { shell, whole, sent: () => sent };
}

it("sends the rows before slow counts, and the counts after them", async () => {
  let arrive = (_counts: AuditCounts) => {};
  const page = rendered(
    new Promise((resolve) => {
      arrive = resolve;
    }),
  );
  await page.shell;
  expect(page.sent()).toContain("waiting");
  expect(page.sent()).toContain("the rows");
  expect(page.sent()).not.toContain("7 events");
  arrive(counted);
  await page.whole;
  expect(page.sent()).toContain("7 events");
});

it("has counts that are there in the page itself, for those without JavaScript", async () => {
  const page = rendered(counted);
  await page.whole;
  expect(page.sent()).toContain("<b>7 events</b>");
  expect(page.sent()).not.toContain("waiting");
  expect(page.sent()).not.toContain("<script");
});

it("says when counting failed, at once or later, and keeps the rows", async () => {
  for (const counts of [null, Promise.resolve(null)]) {
    const page = rendered(counts);
    await page.whole;
    expect(page.sent()).toContain("failed");
    expect(page.sent()).toContain("the rows");
  }
  const broken = rendered(Promise.reject(new Error("gone")));
  await broken.whole;
  expect(broken.sent()).toContain("the rows");
  expect(broken.sent()).toContain("waiting");
});
