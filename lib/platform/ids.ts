import { randomUUID } from "node:crypto";

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the text form of a uuid of any version; everything else would make a query fail. */
export function isUuid(text: string): boolean {
  return uuidShape.test(text);
}

/** An id for something that does not exist in the database (yet, or ever: a refused registration's account). */
export function mintId(): string {
  return randomUUID();
}
