import { expect, test } from "vitest";
import { attemptOfEntry, entryState, forgetAttempt, keepAttempt } from "./search-attempt";

const entryOf = (state: unknown) => ({
  state,
  replaceState(next: unknown) {
    this.state = next;
  },
});
const attempt = { href: "/search?query=q", id: "one" };

test("an entry keeps the attempt of its search beside what the router has there", () => {
  const entry = entryOf({ __NA: true });
  keepAttempt(attempt, entry);
  expect(entry.state).toMatchObject({ __NA: true });
  expect(attemptOfEntry(attempt.href, entry)).toEqual(attempt);
  expect(attemptOfEntry("/search?query=other", entry)).toBeNull();
});

test("an entry of nobody's search has none, whatever stands in it", () => {
  for (const state of [
    null,
    undefined,
    3,
    "x",
    {},
    { codeSearch: null },
    entryState({ href: "/x" } as never),
  ])
    expect(attemptOfEntry("/x", entryOf(state))).toBeNull();
});

test("only the attempt that was meant is forgotten", () => {
  const entry = entryOf({ __NA: true, ...entryState(attempt) });
  forgetAttempt({ ...attempt, id: "two" }, entry);
  expect(attemptOfEntry(attempt.href, entry)).toEqual(attempt);
  forgetAttempt(attempt, entry);
  expect(entry.state).toEqual({ __NA: true });
});
