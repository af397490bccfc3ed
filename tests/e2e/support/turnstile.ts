/** Lets so many of those who come pass, in the order in which they came; the others wait. */
export function turnstile() {
  let free = 0;
  const waiting: (() => void)[] = [];
  return {
    pass: () =>
      new Promise<void>((resolve) => {
        if (free === 0) return void waiting.push(resolve);
        free -= 1;
        resolve();
      }),
    letThrough(count: number) {
      for (let nth = 0; nth < count; nth += 1) {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
