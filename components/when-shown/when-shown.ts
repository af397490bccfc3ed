/** A document, which a browser may make ahead of the moment somebody looks at it; TypeScript does not know that yet. */
interface ShownPage extends EventTarget {
  readonly prerendering?: boolean;
}

/**
 * Calls as soon as somebody looks at the page: now, unless the browser made it ahead. What is an act of a person must wait
 * for that; perhaps nobody ever comes.
 * @returns takes the call back
 */
export function whenShown(call: () => void, page: ShownPage = document): () => void {
  if (page.prerendering !== true) {
    call();
    return () => {};
  }
  const shown = () => call();
  page.addEventListener("prerenderingchange", shown, { once: true });
  return () => page.removeEventListener("prerenderingchange", shown);
}
