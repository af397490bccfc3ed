import { expect, test } from "vitest";
import { whenShown } from "./when-shown";

const pageOf = (prerendering?: boolean) =>
  Object.assign(new EventTarget(), prerendering === undefined ? {} : { prerendering });

function calls(page: ReturnType<typeof pageOf>) {
  let count = 0;
  const takeBack = whenShown(() => {
    count += 1;
  }, page);
  return { count: () => count, takeBack };
}

test("a page that somebody looks at begins at once", () => {
  for (const page of [pageOf(), pageOf(false)]) expect(calls(page).count()).toBe(1);
});

test("a page that was made ahead begins when it is shown, once", () => {
  const page = pageOf(true);
  const { count } = calls(page);
  expect(count()).toBe(0);
  page.dispatchEvent(new Event("prerenderingchange"));
  page.dispatchEvent(new Event("prerenderingchange"));
  expect(count()).toBe(1);
});

test("what was taken back never begins", () => {
  const page = pageOf(true);
  const { count, takeBack } = calls(page);
  takeBack();
  page.dispatchEvent(new Event("prerenderingchange"));
  expect(count()).toBe(0);
});
