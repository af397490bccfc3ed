import type { GuruSpec } from "./spec";

export const mobileSdk: GuruSpec = {
  slug: "mobile-sdk",
  name: "Mobile SDK",
  description: "For those who build our SDK into an app.",
  topics: "iOS, Android, push, offline, releases",
  introText: "Questions about the SDK for iOS and Android.",
  exampleQuestions: ["How do I start the SDK?", "Does it work offline?"],
  instructions: "Answer for app developers. Say for which version it holds.",
  visibility: "private",
  maker: "r.petrov",
  maintainers: ["b.whitaker", "m.solberg"],
  day: 6,
  weight: 4,
  texts: [
    {
      title: "Quick start",
      content: `# Quick start

Add the package halden-sdk and call Halden.start with the app's public key, as early as possible: on iOS in didFinishLaunching, on Android in Application.onCreate. The public key is no secret and may stand in the code.

Nothing is sent before the person has agreed. Call Halden.consent(true) when they have.`,
    },
    {
      title: "Offline behaviour",
      content: `# Offline

Without a connection the SDK keeps up to 10,000 records or 5 MB, whichever comes first, and drops the oldest. Records are sent in batches of 200 when the connection returns, with a growing pause from 2 seconds to 5 minutes between failures.

Pictures are not kept offline. An upload that was begun is resumed.`,
    },
    {
      title: "Push messages",
      content: `# Push

Register the device token with Halden.push.register each time the system hands one out; tokens change. Silent messages need the background mode "remote-notification" on iOS and a high-priority channel on Android.

A message that was not delivered within 24 hours is dropped. Delivery reports arrive in the console after a few minutes.`,
    },
    {
      title: "Supported versions",
      content: `# Supported versions

Version 5 of the SDK supports iOS 16 and later and Android 9 (API 28) and later. Version 4 gets security fixes until next June and nothing else.

The binary size is 1.4 MB on iOS and 0.9 MB on Android after shrinking.`,
    },
    {
      title: "Release checklist",
      content: `# Releasing the SDK

1. The changelog names each change and the pull request.
2. Both sample apps build and pass on the oldest supported system.
3. The size report is below the budget.
4. Tag, publish, and post in the partners' channel.

A release is never made on a Friday. A release that has to be taken back is yanked, not overwritten.`,
    },
    {
      title: "Troubleshooting",
      content: `# Troubleshooting

**Nothing arrives in the console.** Check consent first, then the key: keys of the test project write to the test project only.

**"Certificate pinning failed".** The device's clock is wrong or a proxy reads the traffic. Pinning can be switched off in debug builds only.

**High battery use.** Look for a timer that calls flush; the SDK flushes by itself.`,
    },
  ],
  notes: [
    "Holds from version 5.2 on.",
    "On Android 15 the permission has to be asked for first.",
    "See the sample app for the whole code.",
  ],
  edits: [
    { introText: "Questions about the SDK for iOS and Android, answered from its guides." },
    { visibility: "organization" },
    { instructions: "Answer for app developers. Say for which version it holds, and show the call." },
    { topics: "iOS, Android, push, offline, consent, releases" },
    {
      exampleQuestions: ["How do I start the SDK?", "Does it work offline?", "Which versions are supported?"],
    },
  ],
  questions: [
    "How do I start the SDK on Android?",
    "Does it work offline?",
    "how many records are kept offline",
    "Which iOS versions are supported?",
    "Push token changed, what to do?",
    "certificate pinning failed",
    "Is the public key a secret?",
    "Can we release on a Friday?",
    "How large is the SDK?",
    "Nothing arrives in the console",
    "When does consent have to be given?",
    "flutter plugin",
    "React Native support",
  ],
};
