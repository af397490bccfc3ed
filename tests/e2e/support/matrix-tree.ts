import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const app = "app";

/** Files of a name below app/, and the addresses they serve: groups in parentheses are no part of an address. */
function filesCalled(name: string): { file: string; address: string }[] {
  return readdirSync(app, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === name)
    .map((file) => {
      const parts = path
        .dirname(file)
        .split(path.sep)
        .filter((part) => part !== "." && !/^\(.*\)$/.test(part));
      return { file: path.join(app, file), address: `/${parts.join("/")}` };
    })
    .sort((a, b) => a.address.localeCompare(b.address));
}

/** The addresses of all pages, with their parameters in brackets. */
export const pagesInTree = (): string[] => filesCalled("page.tsx").map(({ address }) => address);

const method = "GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE";

/** `METHOD /address` of every handler that a route file exports. */
export function routesInTree(): string[] {
  return filesCalled("route.ts").flatMap(({ file, address }) => {
    const text = readFileSync(file, "utf8");
    const own = [...text.matchAll(new RegExp(`export (?:const|(?:async )?function) (${method})\\b`, "g"))];
    const renamed = [...text.matchAll(new RegExp(`\\bas (${method})\\b`, "g"))];
    const found = [...own, ...renamed].map(([, name]) => `${name} ${address}`);
    if (found.length === 0) throw new Error(`${file} exports no method in a known way`);
    return found;
  });
}

/** The names of all server actions, from the files that say "use server". */
export function actionsInTree(): string[] {
  return readdirSync(app, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => readFileSync(path.join(app, file), "utf8"))
    .filter((text) => /^\s*["']use server["']/.test(text))
    .flatMap((text) =>
      [...text.matchAll(/export (?:const|(?:async )?function) (\w+)/g)].map(([, name]) => name ?? ""),
    )
    .sort();
}
