import { logError, logLine } from "@/lib/platform/log";
import { readSettings } from "../serve/boot";
import { rotateSealingKey } from "../serve/rotate-sealing-key";
import { StartError } from "../serve/start-error";

/** `npm run rotate-key`: a new key for the sealed log beside the old one; `-- --retire`: the old ones go. */
async function main(): Promise<void> {
  try {
    const args = process.argv.slice(2);
    const retire = args[0] === "--retire";
    if (args.length > (retire ? 1 : 0)) throw new StartError("rotate-key takes no argument but --retire.");
    const { env, dataDir } = readSettings();
    const { before, after, variable, file } = await rotateSealingKey({
      dataDir,
      variable: env.GURULOG_SEALING_KEY,
      retire,
    });
    logLine(`Sealing keys, the current first: ${before.join(", ")} become ${after.join(", ")}.`);
    if (variable === null) logLine(`${file} holds them.`);
    else logLine(`Keep this secret and set it wherever Gurulog runs:\nGURULOG_SEALING_KEY=${variable}`);
    logLine(
      retire
        ? "Restart Gurulog, all instances at once. Keep the old keys with your backups: a database restored from before the rotation needs one of them."
        : "Restart Gurulog, one instance after the other. From then on both keys sign; give the new verifier key to those who check, then run npm run rotate-key -- --retire.",
    );
  } catch (error) {
    if (error instanceof StartError) process.stderr.write(`gurulog: ${error.message}\n`);
    else logError("rotate-key", error);
    process.exitCode = 1;
  }
}

await main();
