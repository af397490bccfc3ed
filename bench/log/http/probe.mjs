// Loaded into the web process by `--import`: answers its parent with memory and event-loop delay. The product knows
// nothing of it.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

const resolutionMs = 2;

if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let most = 0;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  setInterval(look, 25).unref();
  const lag = (ns) => Math.max(0, ns / 1e6 - resolutionMs);
  process.on("message", (message) => {
    if (message === "held") process.send({ held: held() });
    if (message !== "mark" && message !== "read") return;
    look();
    process.send({
      rss: process.memoryUsage.rss(),
      most,
      delayP50Ms: lag(delay.percentile(50)),
      delayP99Ms: lag(delay.percentile(99)),
      delayMaxMs: lag(delay.max),
    });
    if (message === "mark") {
      most = process.memoryUsage.rss();
      delay.reset();
    }
  });
  // The product ends by itself; a channel to the bench must not keep it.
  process.channel?.unref();
}

/** Bytes that are in use: what is left once the heap has been cleared up. */
function held() {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
