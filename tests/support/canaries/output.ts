import { vi } from "vitest";

export interface CaughtOutput {
  /** All that was written so far. */
  text(): string;
  /** Lets the output go where it goes. */
  release(): void;
}

/** Keeps what the process writes, by its outputs or by the console, instead of showing it. */
export function catchOutput(): CaughtOutput {
  const written: string[] = [];
  const keep = ((text: unknown) => written.push(String(text)) > 0) as typeof process.stderr.write;
  const streams = [vi.spyOn(process.stderr, "write"), vi.spyOn(process.stdout, "write")];
  for (const stream of streams) stream.mockImplementation(keep);
  const levels = ["error", "warn", "log", "info", "debug"] as const;
  const consoles = levels.map((level) =>
    vi.spyOn(console, level).mockImplementation((...said) => void written.push(said.map(String).join(" "))),
  );
  return {
    text: () => written.join("\n"),
    release: () => {
      for (const spy of [...streams, ...consoles]) spy.mockRestore();
    },
  };
}
