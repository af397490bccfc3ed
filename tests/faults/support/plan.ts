/** How much is done. */
export interface Plan {
  kills: number;
  /** Times that I/O errors are injected. */
  ioErrors: number;
  clients: number;
  /** Milliseconds of undisturbed load before each fault: at least, and by chance so many more. */
  calmMs: [least: number, more: number];
  /** Acts that must be acknowledged in each such time: after a fault the load may need seconds to be one again. */
  calmActs: number;
  /** Times that a control is killed: the one of asynchronous commit up to five times as often until it has lost something, the one that records afterwards thrice as often. */
  controlKills: number;
  seed: number;
}

/** The whole of it with GURULOG_TEST_FULL (`npm run test:faults`), else a bounded version that each `npm test` runs. */
export const plan: Plan = process.env.GURULOG_TEST_FULL
  ? {
      kills: 100,
      ioErrors: 12,
      clients: 10,
      calmMs: [300, 1_500],
      calmActs: 12,
      controlKills: 8,
      seed: seedOf(Date.now()),
    }
  : { kills: 4, ioErrors: 2, clients: 8, calmMs: [300, 500], calmActs: 12, controlKills: 3, seed: seedOf(1) };

function seedOf(otherwise: number): number {
  return Number(process.env.GURULOG_FAULTS_SEED ?? otherwise) % 1_000_000;
}
