import type { IconName } from "@/components/ui/icon";

export type NavItem = {
  label: string;
  href: string;
  icon?: IconName;
  /** Draws the square with the first letter, for a guru. */
  tile?: boolean;
  count?: number;
};

export type NavSection = {
  title?: string;
  /** The small plus beside the title. */
  action?: { label: string; href: string };
  items: NavItem[];
};

export type GuruLink = { name: string; slug: string };
export type Crumb = { label: string; href?: string };

const SETTINGS = {
  profile: { label: "Profile", icon: "user" },
  security: { label: "Security", icon: "lock" },
  activity: { label: "My activity", icon: "clock" },
  organization: { label: "Organization", icon: "organization" },
  members: { label: "Members", icon: "users" },
  users: { label: "Users", icon: "user" },
  "api-keys": { label: "API keys", icon: "key" },
  "audit-logs": { label: "Audit Logs", icon: "log" },
  "log-integrity": { label: "Log integrity", icon: "shield" },
  erasure: { label: "Erase a person", icon: "trash" },
} satisfies Record<string, { label: string; icon: IconName }>;

const GURU_CONTENT = {
  "data-sources": { label: "Data sources", icon: "database" },
  integrations: { label: "Integrations", icon: "plug" },
  "backfill-jobs": { label: "Backfill jobs", icon: "clock" },
  widgets: { label: "Widgets", icon: "window" },
  "excel-jobs": { label: "Excel jobs", icon: "grid" },
  secrets: { label: "Secrets", icon: "lock" },
} satisfies Record<string, { label: string; icon: IconName }>;

const GURU_MANAGE = {
  analytics: { label: "Analytics", icon: "chart" },
  team: { label: "Team", icon: "users" },
  "audit-logs": { label: "Audit Logs", icon: "log" },
  settings: { label: "Settings", icon: "gear" },
} satisfies Record<string, { label: string; icon: IconName }>;

export type SettingsPage = keyof typeof SETTINGS;
export type GuruPage = "ask" | keyof typeof GURU_CONTENT | keyof typeof GURU_MANAGE;

type Counts<K extends string> = Partial<Record<K, number>>;

function pick<K extends string>(
  table: Record<K, { label: string; icon: IconName }>,
  base: string,
  shown: ReadonlySet<string>,
  counts: Counts<string>,
): NavItem[] {
  return (Object.keys(table) as K[])
    .filter((key) => shown.has(key))
    .map((key) => ({ ...table[key], href: `${base}/${key}`, count: counts[key] }));
}

/** The sidebar outside a guru: the person's gurus, search, and the settings pages that they may see. */
export function mainSections(input: {
  gurus: GuruLink[];
  canListGurus: boolean;
  canCreateGuru: boolean;
  codeSearch: boolean;
  settings: SettingsPage[];
  counts?: Counts<SettingsPage>;
}): NavSection[] {
  const top: NavItem[] = input.canListGurus ? [{ label: "All gurus", href: "/gurus", icon: "books" }] : [];
  if (input.codeSearch) top.push({ label: "Code search", href: "/search", icon: "code" });
  const sections: NavSection[] = top.length > 0 ? [{ items: top }] : [];
  if (input.gurus.length > 0 || input.canCreateGuru) {
    sections.push({
      title: "Gurus",
      action: input.canCreateGuru ? { label: "Create guru", href: "/gurus/new" } : undefined,
      items: input.gurus.map((guru) => ({ label: guru.name, href: `/gurus/${guru.slug}`, tile: true })),
    });
  }
  const settings = pick(SETTINGS, "/settings", new Set(input.settings), input.counts ?? {});
  if (settings.length > 0) sections.push({ title: "Settings", items: settings });
  return sections;
}

/** The sidebar inside a guru, with the pages that the person may see. */
export function guruSections(slug: string, pages: GuruPage[], counts: Counts<GuruPage> = {}): NavSection[] {
  const base = `/gurus/${slug}`;
  const shown = new Set<string>(pages);
  const sections: NavSection[] = [];
  if (shown.has("ask")) sections.push({ items: [{ label: "Ask", href: base, icon: "ask" }] });
  const content = pick(GURU_CONTENT, base, shown, counts);
  if (content.length > 0) sections.push({ title: "Content", items: content });
  const manage = pick(GURU_MANAGE, base, shown, counts);
  if (manage.length > 0) sections.push({ title: "Manage", items: manage });
  return sections;
}
