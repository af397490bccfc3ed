/** A set of numbers, or whatever gathers them. */
export interface KeySink {
  add(key: number): unknown;
}
