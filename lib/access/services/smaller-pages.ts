import { ServiceTrouble } from "./service-trouble";

/**
 * Asks for a page with fewer and fewer items on it, as long as the answer is larger than is read here.
 * @param size items on the page at first
 * @param ask for so many items, from the same place on
 * @param bare asks for one item without its text, where the text alone is too much and the service can leave it out
 * @throws ServiceTrouble `too_large` where one item is too much, and there is no such way
 */
export async function inSmallerPages<T>(
  size: number,
  ask: (size: number) => Promise<T>,
  bare?: () => Promise<T>,
): Promise<T> {
  try {
    return await ask(size);
  } catch (error) {
    if (!(error instanceof ServiceTrouble) || error.problem !== "too_large") throw error;
    if (size > 1) return inSmallerPages(Math.floor(size / 2), ask, bare);
    if (bare) return bare();
    throw new ServiceTrouble(
      "too_large",
      `${error.message} One item alone is too much: narrow the query so that it is left out.`,
    );
  }
}

/** The text of an item that came bare. @throws ServiceTrouble `too_large` */
export async function tooLargeToRead(): Promise<never> {
  throw new ServiceTrouble("too_large", "This item is larger than is read here.");
}
