import type { ReactNode } from "react";

/** Sixteen-pixel line drawings with a 1.5 px stroke. Decoration: the control around one carries the name. */
const DRAWINGS = {
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.25 10.25 3.25 3.25" />
    </>
  ),
  "chevron-down": <path d="m4 6.25 4 4 4-4" />,
  "chevron-right": <path d="m6.25 4 4 4-4 4" />,
  "chevron-left": <path d="m9.75 4-4 4 4 4" />,
  "arrow-up": <path d="M8 12.5v-9M4.5 7 8 3.5 11.5 7" />,
  "arrow-down": <path d="M8 3.5v9M4.5 9 8 12.5 11.5 9" />,
  eye: (
    <>
      <path d="M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8Z" />
      <circle cx="8" cy="8" r="1.75" />
    </>
  ),
  gear: (
    <>
      <circle cx="8" cy="8" r="2" />
      <path d="M8 1.75v2M8 12.25v2M1.75 8h2M12.25 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4" />
    </>
  ),
  key: (
    <>
      <circle cx="5.25" cy="10.75" r="2.75" />
      <path d="m7.25 8.75 6-6M11 5l2 2" />
    </>
  ),
  question: (
    <>
      <path d="M6 6.1a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.35" />
      <path d="M8 11.6v.01" />
    </>
  ),
  close: <path d="m4.25 4.25 7.5 7.5M11.75 4.25l-7.5 7.5" />,
  calendar: (
    <>
      <rect x="2.25" y="3.25" width="11.5" height="10.5" rx="1.75" />
      <path d="M2.25 6.5h11.5M5.25 1.75v2.5M10.75 1.75v2.5" />
    </>
  ),
  download: <path d="M8 2.5v7.25M4.75 6.75 8 10l3.25-3.25M2.75 13.25h10.5" />,
  check: <path d="m3.5 8.5 3 3 6-7" />,
  users: (
    <>
      <circle cx="6" cy="5.5" r="2.5" />
      <path d="M1.5 13.25c.3-2.5 2-3.9 4.5-3.9s4.2 1.4 4.5 3.9M10.75 3.2a2.5 2.5 0 0 1 0 4.6M12.25 9.75c1.3.6 2.05 1.8 2.25 3.5" />
    </>
  ),
  user: (
    <>
      <circle cx="8" cy="5.25" r="2.75" />
      <path d="M2.75 13.75c.4-2.8 2.3-4.35 5.25-4.35s4.85 1.55 5.25 4.35" />
    </>
  ),
  copy: (
    <>
      <rect x="5.25" y="5.25" width="8.5" height="8.5" rx="1.5" />
      <path d="M10.75 5.25v-1.5a1.5 1.5 0 0 0-1.5-1.5h-5.5a1.5 1.5 0 0 0-1.5 1.5v5.5a1.5 1.5 0 0 0 1.5 1.5h1.5" />
    </>
  ),
  link: (
    <path d="M6.75 9.25a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.25 6.75a2.6 2.6 0 0 0-3.7 0l-2.3 2.3a2.6 2.6 0 0 0 3.7 3.7l.9-.9" />
  ),
  menu: <path d="M2.5 4.75h11M2.5 8h11M2.5 11.25h11" />,
  help: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M6.4 6.4a1.65 1.65 0 1 1 2.4 1.5c-.55.28-.8.6-.8 1.1M8 11.1v.01" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 2.25a5.75 5.75 0 0 1 0 11.5Z" fill="currentColor" stroke="none" />
    </>
  ),
  plus: <path d="M8 3.25v9.5M3.25 8h9.5" />,
  ask: (
    <path d="M2.25 4a1.5 1.5 0 0 1 1.5-1.5h8.5a1.5 1.5 0 0 1 1.5 1.5v5.5a1.5 1.5 0 0 1-1.5 1.5H7l-3.25 2.75V11a1.5 1.5 0 0 1-1.5-1.5Z" />
  ),
  database: (
    <>
      <ellipse cx="8" cy="4" rx="5.25" ry="2" />
      <path d="M2.75 4v8c0 1.1 2.35 2 5.25 2s5.25-.9 5.25-2V4M2.75 8c0 1.1 2.35 2 5.25 2s5.25-.9 5.25-2" />
    </>
  ),
  plug: <path d="M5.5 1.75v3M10.5 1.75v3M3.5 4.75h9v2.5a4.5 4.5 0 0 1-9 0ZM8 11.75v2.5" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M8 4.5V8l2.25 1.5" />
    </>
  ),
  code: <path d="m5.25 4.75-3.5 3.25 3.5 3.25M10.75 4.75l3.5 3.25-3.5 3.25" />,
  window: (
    <>
      <rect x="1.75" y="2.75" width="12.5" height="10.5" rx="1.75" />
      <path d="M1.75 6h12.5" />
    </>
  ),
  grid: (
    <>
      <rect x="2.25" y="2.25" width="11.5" height="11.5" rx="1.5" />
      <path d="M2.25 6.25h11.5M6.25 2.25v11.5" />
    </>
  ),
  lock: (
    <>
      <rect x="3.25" y="7" width="9.5" height="6.75" rx="1.5" />
      <path d="M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2" />
    </>
  ),
  shield: (
    <>
      <path d="M8 1.9 13.25 3.8v4.1c0 3.1-2.1 5.2-5.25 6.3-3.15-1.1-5.25-3.2-5.25-6.3V3.8Z" />
      <path d="m5.75 8 1.6 1.6 2.9-3.2" />
    </>
  ),
  chart: <path d="M2.5 13.5h11M4.25 11V8M8 11V3.5M11.75 11V6" />,
  organization: (
    <path d="M2.75 13.75V3.5a1.25 1.25 0 0 1 1.25-1.25h4.5A1.25 1.25 0 0 1 9.75 3.5v10.25M9.75 6.75h2.25A1.25 1.25 0 0 1 13.25 8v5.75M1.75 13.75h12.5M5.25 5.25h2M5.25 8h2M5.25 10.75h2" />
  ),
  seal: (
    <>
      <path d="M8 1.75 13 3.6v4.1c0 3-2 5.4-5 6.55-3-1.15-5-3.55-5-6.55V3.6Z" />
      <path d="m5.75 8 1.6 1.6 2.9-3.2" />
    </>
  ),
  "seal-broken": (
    <>
      <path d="M8 1.75 13 3.6v4.1c0 3-2 5.4-5 6.55-3-1.15-5-3.55-5-6.55V3.6Z" />
      <path d="M8 4.75v3.5M8 10.75v.01" />
    </>
  ),
  log: <path d="M2.5 3.5h.01M2.5 8h.01M2.5 12.5h.01M5.5 3.5h8M5.5 8h8M5.5 12.5h5" />,
  books: <path d="M2.5 2.75v10.5M5.5 2.75v10.5M8.4 3.1l3.4 9.9M2 13.25h4" />,
  funnel: <path d="M2.5 4.5h11M4.75 8h6.5M6.75 11.5h2.5" />,
  "sign-out": (
    <path d="M6.25 13.25h-2.5a1.5 1.5 0 0 1-1.5-1.5v-7.5a1.5 1.5 0 0 1 1.5-1.5h2.5M10.5 11l3-3-3-3M13.5 8H6.25" />
  ),
  alert: (
    <>
      <path d="M8 2.25 14.25 13.25H1.75Z" />
      <path d="M8 6.5v3M8 11.4v.01" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M8 7.25v4M8 4.9v.01" />
    </>
  ),
  "check-circle": (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="m5.4 8.2 1.8 1.8 3.4-3.9" />
    </>
  ),
  "eye-off": (
    <>
      <path d="M6.1 4.05A6 6 0 0 1 8 3.75C12 3.75 14.25 8 14.25 8a11 11 0 0 1-1.7 2.2M10.2 11.6a5.6 5.6 0 0 1-2.2.65C4 12.25 1.75 8 1.75 8a11 11 0 0 1 2.3-2.75" />
      <path d="m2.5 2.5 11 11" />
    </>
  ),
  trash: <path d="M2.75 4.25h10.5M6.25 4V2.75h3.5V4M4 4.25l.6 9h6.8l.6-9M6.75 7v3.75M9.25 7v3.75" />,
  refresh: <path d="M13.25 8a5.25 5.25 0 1 1-1.6-3.75M13.25 2.25v2.5h-2.5" />,
  edit: <path d="m10.5 3 2.5 2.5-7.25 7.25-3 .5.5-3ZM9 4.5 11.5 7" />,
  file: <path d="M9.25 1.75h-5.5v12.5h8.5v-9.5ZM9.25 1.75v3h3M5.75 8.25h4.5M5.75 10.75h4.5" />,
  upload: <path d="M8 10V2.75M4.75 6 8 2.75 11.25 6M2.75 13.25h10.5" />,
  bookmark: <path d="M4 2.25h8v11.5L8 10.75l-4 3Z" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" />,
  branch: (
    <>
      <circle cx="4.5" cy="3.75" r="1.5" />
      <circle cx="4.5" cy="12.25" r="1.5" />
      <circle cx="11.5" cy="5.75" r="1.5" />
      <path d="M4.5 5.25v5.5M11.5 7.25c0 2.25-3.5 1.75-6.25 3.75" />
    </>
  ),
  folder: (
    <path d="M1.75 4.25a1.5 1.5 0 0 1 1.5-1.5h2.6l1.6 1.75h5.3a1.5 1.5 0 0 1 1.5 1.5v5.75a1.5 1.5 0 0 1-1.5 1.5h-9.5a1.5 1.5 0 0 1-1.5-1.5Z" />
  ),
  external: (
    <path d="M9.25 2.75h4v4M13 3 7.75 8.25M11.75 9.25v3a1.5 1.5 0 0 1-1.5 1.5h-6.5a1.5 1.5 0 0 1-1.5-1.5v-6.5a1.5 1.5 0 0 1 1.5-1.5h3" />
  ),
  wrap: <path d="M2.5 3.75h11M2.5 8h8.25a2.25 2.25 0 0 1 0 4.5H8.5M10 11l-1.75 1.5L10 14M2.5 12.5h3" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof DRAWINGS;

export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg className={className ? `icon-svg ${className}` : "icon-svg"} viewBox="0 0 16 16" aria-hidden="true">
      {DRAWINGS[name]}
    </svg>
  );
}
