import type { GuruSpec } from "./spec";

export const onboarding: GuruSpec = {
  slug: "onboarding",
  name: "Onboarding",
  description: "The first weeks at Halden Works.",
  topics: "first day, accounts, holidays, travel, equipment",
  introText: "New here? Ask away.",
  exampleQuestions: ["How do I book a holiday?", "Where do I get a laptop?", "Who is my buddy?"],
  instructions: "Be friendly and short. Link the form.",
  visibility: "organization",
  maker: "a.moreau",
  maintainers: ["s.marchetti"],
  day: 2,
  weight: 5,
  texts: [
    {
      title: "Your first day",
      content: `# Your first day

Your buddy meets you at nine at the reception, or calls you at nine if you work from home. You get your laptop, badge and second factor before lunch. The security course is due by the end of the first week and takes 40 minutes.

At two your manager walks through the plan of the first month with you.`,
    },
    {
      title: "Holidays and absence",
      content: `# Holidays

You have 27 days a year, in Norway 25 and the public holidays. Ask for them in the people portal at least two weeks ahead; one or two days off may be asked for the day before. Ten days may be carried into the next year until the end of March.

If you are ill, write to your manager before ten o'clock. A doctor's note is needed from the fourth day on.`,
    },
    {
      title: "Equipment",
      content: `# Equipment

Choose a laptop from the list in the people portal; it arrives within five working days. A second screen, a chair and a headset can be ordered without approval up to 600 EUR in two years.

What is broken is swapped at the help desk on the second floor, from ten to four, or by courier.`,
    },
    {
      title: "Travel and expenses",
      content: `# Travel

Trains first: a flight below six hours by train needs a reason. Book through the travel portal, so that we know where you are. Hotels up to 160 EUR a night, in capitals 200 EUR.

Expenses are handed in with a photo of the receipt within 30 days and paid with the next salary.`,
    },
    {
      title: "Working from elsewhere",
      content: `# Working from elsewhere

You may work up to 30 days a year from another EU or EEA country. Tell people operations two weeks ahead: they arrange the A1 certificate. Outside the EEA ask first; taxes and insurance differ.

Never take a work laptop to a country on the security team's list. A loan laptop waits at the help desk.`,
    },
    {
      title: "Accounts and passwords",
      content: `# Accounts

Your account opens everything through single sign-on. Put all other passwords into the password manager; the help desk will never ask for one. A lost phone is reported at once, day and night, at extension 4444: the second factor is then moved.

Access to more systems is asked for in the access portal and approved by your manager.`,
    },
    {
      title: "Learning budget",
      content: `# Learning budget

Everyone has 1,500 EUR and five days a year for courses, books and conferences. Ask your manager in your one-to-one; there is no form. Share what you learned at a Thursday lunch.`,
    },
  ],
  notes: [
    "Updated for the new year.",
    "People operations confirmed this in November.",
    "In Lagos and Tokyo the local rules apply; ask your office manager.",
  ],
  edits: [
    { introText: "New here? Ask about your first weeks, from the laptop to holidays." },
    { instructions: "Be friendly and short. Link the form, and name whom to ask." },
    { description: "The first weeks at Halden Works, and everything about people operations." },
    { exampleQuestions: ["How do I book a holiday?", "Where do I get a laptop?", "May I work from abroad?"] },
    { topics: "first day, accounts, holidays, travel, equipment, learning" },
  ],
  questions: [
    "How do I book a holiday?",
    "how many days off do I have",
    "Where do I get a laptop?",
    "May I work from abroad?",
    "When is a doctor's note needed?",
    "I lost my phone, whom do I call?",
    "How much may a hotel cost?",
    "what is the learning budget",
    "When is the security course due?",
    "Can I order a second screen?",
    "How do I hand in expenses?",
    "Can I carry holidays over?",
    "parking permit",
    "parental leave",
    "who is my buddy",
  ],
};
