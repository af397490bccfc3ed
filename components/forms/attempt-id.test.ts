import { expect, it } from "vitest";
import { mintAttemptId } from "./attempt-id";

it("mints a UUID of version 4, never the same one twice", () => {
  const ids = Array.from({ length: 2_000 }, mintAttemptId);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
});
