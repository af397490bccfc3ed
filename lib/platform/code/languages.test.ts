import * as linguist from "linguist-languages";
import { expect, test } from "vitest";
import { languageTable } from "./language-table";
import { knownLanguages, languageOf } from "./languages";

interface LinguistLanguage {
  name: string;
  extensions?: readonly string[];
  filenames?: readonly string[];
  interpreters?: readonly string[];
}

/** What the table is to hold. */
function tableOf(languages: readonly LinguistLanguage[]): string {
  return languages
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, extensions = [], filenames = [], interpreters = [] }) => {
      const endings = extensions.map((extension) => extension.toLowerCase().slice(1));
      return [name, endings.join(" "), filenames.join(","), interpreters.join(" ")].join("|");
    })
    .map((row) => `${row.replace(/\|+$/, "")};`)
    .join("");
}

test("the table is what the package of linguist says", () => {
  expect(languageTable).toBe(tableOf(Object.values(linguist)));
});

test("every language that is given is one that linguist knows", () => {
  const known = new Set(knownLanguages);
  const endings = languageTable.split(";").flatMap((row) => row.split("|")[1]?.split(" ") ?? []);
  for (const ending of endings) {
    const language = languageOf(`a.${ending}`, "");
    if (ending !== "") expect(known, ending).toContain(language);
  }
});

test.each([
  ["src/a.ts", "TypeScript"],
  ["a.mts", "TypeScript"],
  ["a.d.ts", "TypeScript"],
  ["a.tsx", "TSX"],
  ["a.jsx", "JavaScript"],
  ["a.mjs", "JavaScript"],
  ["a.py", "Python"],
  ["a.go", "Go"],
  ["go.mod", "Go Module"],
  ["A.java", "Java"],
  ["a.c", "C"],
  ["a.h", "C"],
  ["a.cc", "C++"],
  ["a.hpp", "C++"],
  ["a.rs", "Rust"],
  ["a.rb", "Ruby"],
  ["Rakefile", "Ruby"],
  ["a.php", "PHP"],
  ["a.cs", "C#"],
  ["a.sh", "Shell"],
  ["a.pl", "Perl"],
  ["a.sql", "SQL"],
  ["a.m", "Objective-C"],
  ["a.r", "R"],
  ["a.R", "R"],
  ["a.v", "Verilog"],
  ["a.yml", "YAML"],
  ["a.json", "JSON"],
  ["package.json", "JSON"],
  ["README.md", "Markdown"],
  ["Dockerfile", "Dockerfile"],
  ["Makefile", "Makefile"],
  ["a.html", "HTML"],
  ["a.html.erb", "HTML+ERB"],
  ["deep/folder.ts/plain", null],
  ["constructor", null],
  ["a.constructor", null],
  ["a.__proto__", null],
  ["", null],
  [".", null],
  ["a.", null],
])("%s is %s", (path, language) => {
  expect(languageOf(path, "")).toBe(language);
});

test.each([
  ["#!/bin/bash\n", "Shell"],
  ["#!/usr/bin/env python3\n", "Python"],
  ["#!/usr/bin/python3.11\r\n", "Python"],
  ["#!/usr/bin/env -S LANG=C node --harmony\n", "JavaScript"],
  ["#! /usr/bin/ruby -w", "Ruby"],
  ["#!", null],
  ["#!/bin/nothing-known", null],
  ["bash", null],
])("a file without an extension that begins %j is %s", (text, language) => {
  expect(languageOf("bin/tool", text)).toBe(language);
});

test("a header says what it is by what stands in it", () => {
  expect(languageOf("a.h", "#include <stdio.h>\nstruct a { int b; };\n")).toBe("C");
  expect(languageOf("a.h", "#pragma once\nnamespace a {\nclass B;\n}\n")).toBe("C++");
  expect(languageOf("a.h", "#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n")).toBe(
    "Objective-C",
  );
  expect(languageOf("a.m", "function y = f(x)\n  y = x;\nend\n")).toBe("MATLAB");
});
