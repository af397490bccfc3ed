import { describe, expect, it } from "vitest";
import { pinned } from "./remote-repository";
import { isPlainHost } from "./repository-address";

describe("git is sent to the address that was judged", () => {
  it.each([
    ["https://git.example/team/a", "192.0.2.7", "git.example:443:192.0.2.7"],
    ["http://git.example/team/a", "192.0.2.7", "git.example:80:192.0.2.7"],
    ["https://git.example:8443/team/a", "2001:db8::7", "git.example:8443:[2001:db8::7]"],
  ])("%s at %s", (url, address, told) =>
    expect(pinned(new URL(url), address)).toEqual({ "http.curloptResolve": told }),
  );

  it.each(["https://192.0.2.7/team/a", "https://[2001:db8::7]/team/a"])("%s is its own", (url) =>
    expect(pinned(new URL(url), "")).toEqual({}),
  );

  it("and never to one that nobody knows", () =>
    expect(() => pinned(new URL("https://git.example/team/a"), "")).toThrow(/where it was connected to/));
});

it.each([
  ["git.example", true],
  ["_git.example", true],
  ["xn--sk-yka.example", true],
  ["127.0.0.1", true],
  ["[::1]", true],
  ["+git.example", false],
  ["-git.example", false],
  ["*", false],
  ["*.example", false],
  [".example", false],
  ["git.example.", false],
  ["git,a.example", false],
  ["", false],
])("a name that can be pinned: %s %s", (host, is) => expect(isPlainHost(host)).toBe(is));
