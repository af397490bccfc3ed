import type { ServerResponse } from "node:http";
import { expect } from "vitest";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { type FetchOptions, guardedFetch } from "@/lib/platform/fetching/guarded-fetch";
import { loopback } from "./servers";

export const get = (address: string, options: FetchOptions = {}) =>
  guardedFetch(address, { opened: loopback, ...options });
export const textOf = async (address: string, options?: FetchOptions) =>
  String((await get(address, options)).body);

/** The problem of a fetch that must be refused. */
export async function problemOf(fetching: Promise<unknown>): Promise<string> {
  const error = await fetching.then(
    () => new Error("it was fetched"),
    (e: unknown) => e,
  );
  if (!(error instanceof FetchRefused)) throw error;
  // A sentence for a person.
  expect(error.message).toMatch(/^\S.*[.]$/);
  return error.problem;
}

export const redirect = (res: ServerResponse, to: string, status = 302) =>
  res.writeHead(status, { location: to }).end("moved");
