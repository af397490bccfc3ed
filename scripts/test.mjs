// `npm test`: everything that CI checks. The last line is `N passed, N failed`.
import { checks, runCheck } from "./support/checks.mjs";
import { checkNode, ensureInstalled } from "./support/install.mjs";
import { main } from "./support/main.mjs";

await main(async () => {
  checkNode();
  await ensureInstalled();
  const begun = Date.now();
  const results = [];
  const faultsOnly = process.argv.includes("--faults");
  const full = faultsOnly || process.argv.includes("--full");
  for (const check of checks({ full, faultsOnly })) {
    results.push(await runCheck(check, results));
  }

  const sum = (name) => results.reduce((total, result) => total + result[name], 0);
  const failed = sum("failed");
  const failures = results.flatMap(({ name, failures = [] }) => failures.map((each) => `✗ ${name}: ${each}`));
  console.log(`\n${[...results.map(({ line }) => line), ...failures].join("\n")}`);
  console.log(`All in ${Math.round((Date.now() - begun) / 1000)} s.`);
  console.log(`${sum("passed")} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
