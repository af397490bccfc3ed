import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import path from "node:path";
import type { Measured } from "./sampling";
import type { Values } from "./values";

/** A group of measures that is done. */
export interface GroupResult {
  name: string;
  at: string;
  tookMs: number;
  /** Load averages of the machine, 1 minute, when it began and ended. */
  load: [number, number];
  measured: Measured[];
}

interface State {
  begun: string;
  rows: number;
  /** What the groups ask for. */
  values?: Values;
  groups: GroupResult[];
}

const longestHours = 12;

/**
 * What a run has measured so far, in the data folder: a run that was cut off goes on with the group it was in. What is
 * older than half a day belongs to another run.
 */
export class RunFile {
  private constructor(
    private readonly file: string,
    private readonly state: State,
  ) {}

  static open(dataDir: string, rows: number, fresh: boolean): RunFile {
    const file = path.join(dataDir, "bench-run.json");
    const stored = !fresh && existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as State) : undefined;
    const isOld = stored === undefined || Date.now() - Date.parse(stored.begun) > longestHours * 3_600_000;
    const state = isOld ? { begun: new Date().toISOString(), rows, groups: [] } : stored;
    return new RunFile(file, state);
  }

  get begun(): string {
    return this.state.begun;
  }

  get groups(): readonly GroupResult[] {
    return this.state.groups;
  }

  get values(): Values | undefined {
    return this.state.values;
  }

  /** The first run's choice stands for what goes on after it. */
  keepValues(values: Values): void {
    this.state.values = values;
    this.save();
  }

  has(name: string): boolean {
    return this.state.groups.some((group) => group.name === name);
  }

  /** Measures a group and keeps what it says. */
  async add(name: string, measure: () => Promise<Measured[]>): Promise<GroupResult> {
    const [at, begun, loadBefore] = [new Date().toISOString(), performance.now(), loadavg()[0] ?? Number.NaN];
    const measured = await measure();
    const tookMs = Math.round(performance.now() - begun);
    const group: GroupResult = { name, at, tookMs, load: [loadBefore, loadavg()[0] ?? Number.NaN], measured };
    this.state.groups = [...this.state.groups.filter((g) => g.name !== name), group];
    this.save();
    return group;
  }

  private save(): void {
    writeFileSync(this.file, JSON.stringify(this.state));
  }

  /** The run is over: the next one measures everything again. */
  end(): void {
    rmSync(this.file, { force: true });
  }
}
