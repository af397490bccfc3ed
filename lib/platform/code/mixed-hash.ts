/** The bits of a hash of 32 bits mixed, so that the upper ones alone are a hash too; the end of a murmur hash. */
export function mixed(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  const whole = Math.imul(half ^ (half >>> 12), 0x297a2d39);
  return (whole ^ (whole >>> 15)) >>> 0;
}
