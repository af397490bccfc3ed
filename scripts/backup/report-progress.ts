const everyMs = 5_000;

/** Says how far something is, now and then; nothing for what is quickly done. */
export function reportProgress(log: (line: string) => void): (text: () => string) => void {
  let last = performance.now();
  return (text) => {
    if (performance.now() - last < everyMs) return;
    last = performance.now();
    log(text());
  };
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: bytes < 10e6 ? 1 : 0 })} MB`;
}
