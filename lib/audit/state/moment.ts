/** A time as the driver gives it: drizzle switches the shared pool's own reading of times off, other pools keep it. */
export type Moment = Date | string;

export const toDate = (at: Moment): Date => new Date(at);
export const toDateOrNull = (at: Moment | null): Date | null => (at === null ? null : new Date(at));
