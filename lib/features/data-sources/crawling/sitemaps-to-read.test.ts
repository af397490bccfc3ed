import { expect, it } from "vitest";
import { SitemapsToRead } from "./sitemaps-to-read";

const taken = (toRead: SitemapsToRead) => {
  const all: string[] = [];
  for (let next = toRead.next(); next !== undefined; next = toRead.next()) all.push(next);
  return all;
};

it("keeps no more sitemaps than are read, however many an index names, and says that there are more", () => {
  const toRead = new SitemapsToRead("/index", 50);
  for (let n = 0; n < 50_000; n += 1) toRead.add(`/${n}`);
  expect(toRead.size).toBe(50);
  expect(taken(toRead)).toEqual(["/index", ...Array.from({ length: 49 }, (_, n) => `/${n}`)]);
  toRead.add("/further");
  expect(toRead.next()).toBeUndefined();
  expect(toRead.hasUnread).toBe(true);
});

it("takes each once: one that is named again, also by itself, takes no other's place", () => {
  const toRead = new SitemapsToRead("/index", 3);
  expect(toRead.next()).toBe("/index");
  for (const one of ["/a", "/a", "/index", "/a", "/b"]) toRead.add(one);
  expect(toRead.hasUnread).toBe(true);
  expect(taken(toRead)).toEqual(["/a", "/b"]);
  expect(toRead.hasUnread).toBe(false);
});
