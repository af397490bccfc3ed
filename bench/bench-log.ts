import { runBench } from "./log/run";
import { runSealerProcess } from "./seal/sealer-process";

// `npm run bench`: the log at the size of a large organization. See bench/README.md.
if (process.argv[2] === "sealer") runSealerProcess();
else await runBench(process.argv[1] ?? "", process.argv.slice(2));
