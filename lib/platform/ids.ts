import { randomUUID } from "node:crypto";

declare const brand: unique symbol;
export type Branded<T, B extends string> = T & { readonly [brand]?: B };

export type AccountId = Branded<string, "account">;
export type GuruId = Branded<string, "guru">;
export type EventId = Branded<string, "event">;
export type ApiKeyId = Branded<string, "api-key">;

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the text form of a uuid of any version; everything else would make a query fail. */
export function isUuid(text: string): boolean {
  return uuidShape.test(text);
}

/** An id for something that does not exist in the database (yet, or ever: a refused registration's account). */
export function mintId(): string {
  return randomUUID();
}
