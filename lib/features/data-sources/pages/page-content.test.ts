import { describe, expect, it } from "vitest";
import { pageContent } from "./page-content";

const at = "https://docs.example.com/a/b";
const read = (body: string, head = "") =>
  pageContent(`<html><head>${head}</head><body>${body}</body></html>`, at);

describe("a page", () => {
  it("tells its title, in one line, or its first heading", () => {
    expect(read("<h1>Heading</h1>", "<title> Rolling\n back </title>").title).toBe("Rolling back");
    expect(read("<h1>The <b>heading</b></h1>").title).toBe("The heading");
    expect(read("<p>none</p>").title).toBe("");
  });

  it("tells the links of pages, absolute, once each, and no others", () => {
    const links = [
      "c",
      "/d?x=1#y",
      "/d?x=1",
      "//e.example/",
      "mailto:x@y.example",
      "javascript:alert(1)",
      "#top",
      "http://[",
      "data:text/html,x",
    ];
    const { links: found } = read(links.map((to) => `<a href="${to}">x</a>`).join(""));
    expect(found).toEqual([
      "https://docs.example.com/a/c",
      "https://docs.example.com/d?x=1",
      "https://e.example/",
      "https://docs.example.com/a/b",
    ]);
    expect(read('<a href="/a" rel="x nofollow">a</a>').links).toEqual([]);
    expect(read('<a href="c">c</a>', '<base href="/other/">').links).toEqual([
      "https://docs.example.com/other/c",
    ]);
  });

  it("tells what it asks of machines", () => {
    expect(read("x", '<meta name="ROBOTS" content="NoIndex, follow">')).toMatchObject({
      noIndex: true,
      noFollow: false,
    });
    expect(read("x", '<meta name="gurulog" content="none">')).toMatchObject({
      noIndex: true,
      noFollow: true,
    });
    expect(read("x")).toMatchObject({ noIndex: false, noFollow: false });
  });

  it("of reference is kept whole: lists and tables are no menus", () => {
    const rows = Array.from({ length: 40 }, (_, n) => `<tr><td>option-${n}</td><td>${n} ms</td></tr>`).join(
      "",
    );
    const { markdown } = read(`<main><h2>Options</h2><table>${rows}</table></main><p>Short.</p>`);
    expect(markdown).toContain("## Options");
    for (const n of [0, 20, 39]) expect(markdown).toContain(`option-${n} | ${n} ms`);
  });

  it("brings nothing of scripts, styles, forms or what is hidden", () => {
    const hidden = [
      "<script>s1</script>",
      "<style>s2</style>",
      "<noscript>s3</noscript>",
      "<p hidden>s4</p>",
      '<p aria-hidden="true">s5</p>',
      "<svg><text>s6</text></svg>",
      "<form><button>s7</button></form>",
      "<template>s8</template>",
      "<!-- s9 -->",
    ];
    expect(read(`<main><p>seen</p>${hidden.join("")}</main>`).markdown).toBe("seen");
  });

  it("links only to the web, and to no place within itself", () => {
    const { markdown } = read(
      '<main><p><a href="javascript:x()">a</a> <a href="#b">b</a> <a href="/c">c</a></p></main>',
    );
    expect(markdown).toBe("a b [c](https://docs.example.com/c)");
  });

  it("without an end to any of its elements is read all the same", () => {
    expect(read("<main><p>one<p>two<ul><li>three<li>four").markdown.split(/\s+/)).toEqual(
      expect.arrayContaining(["one", "two", "three", "four"]),
    );
  });
});
