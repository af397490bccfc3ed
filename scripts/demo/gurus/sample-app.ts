/** A repository that is nowhere: the demo brings its files along. */
export const sampleApp = {
  name: "git.halden.example/mobile/sample-app",
  url: "https://git.halden.example/mobile/sample-app",
  commit: "4b1f0c6d9a2e83577c0d1e5b8f3a6942d7e0b1c5",
};

export const sampleAppFiles: Record<string, string> = {
  "README.md": `# Sample app

Shows how the SDK is started, how consent is asked for, and what happens offline.

- \`web\`: the browser
- \`android\`: Android 9 and later
- \`ios\`: iOS 16 and later
`,
  "web/src/start.ts": `import { Halden, type Consent } from "halden-sdk";

/** The public key is no secret. */
const publicKey = "pk_sample_0000";

/** Starts the SDK; nothing is sent before the person has agreed. */
export async function startHalden(consent: Consent): Promise<Halden> {
  const halden = await Halden.start({ publicKey });
  halden.consent(consent === "given");
  return halden;
}
`,
  "web/src/main.ts": `import { askForConsent } from "./consent";
import { startHalden } from "./start";

async function main(): Promise<void> {
  const halden = await startHalden(await askForConsent());
  halden.track("opened");
  window.addEventListener("pagehide", () => void halden.flush());
}

void main();
`,
  "web/src/consent.ts": `import type { Consent } from "halden-sdk";

/** Asks once and remembers the answer. */
export async function askForConsent(): Promise<Consent> {
  const kept = localStorage.getItem("consent");
  if (kept === "given" || kept === "refused") return kept;
  const answer = window.confirm("May this app send usage data?") ? "given" : "refused";
  localStorage.setItem("consent", answer);
  return answer;
}
`,
  "android/src/main/kotlin/Sample.kt": `package example.halden.sample

import android.app.Application
import halden.sdk.Halden

class Sample : Application() {
    override fun onCreate() {
        super.onCreate()
        Halden.start(this, publicKey = "pk_sample_0000")
    }

    override fun onTrimMemory(level: Int) {
        super.onTrimMemory(level)
        Halden.flush()
    }
}
`,
  "ios/Sample/AppDelegate.swift": `import HaldenSDK
import UIKit

@main
final class AppDelegate: UIResponder, UIApplicationDelegate {
    func application(
        _ application: UIApplication,
        didFinishLaunchingWithOptions options: [UIApplication.LaunchOptionsKey: Any]?
    ) -> Bool {
        Halden.start(publicKey: "pk_sample_0000")
        Halden.consent(UserDefaults.standard.bool(forKey: "consent"))
        return true
    }
}
`,
  "tools/size_report.py": `"""Says how large the SDK is after shrinking, and fails above the budget."""

import sys

BUDGET_BYTES = 1_500_000


def is_within_budget(size: int) -> bool:
    return size <= BUDGET_BYTES


if __name__ == "__main__":
    sys.exit(0 if is_within_budget(int(sys.argv[1])) else 1)
`,
};
