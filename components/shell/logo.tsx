export function Logo() {
  return (
    <svg className="brand-logo" viewBox="0 0 20 20" aria-hidden="true">
      <rect width="20" height="20" rx="5" fill="var(--text)" />
      <path
        d="M5 6h10M5 10h10M5 14h3.75"
        stroke="var(--bg)"
        strokeWidth="1.6"
        strokeLinecap="round"
        fill="none"
      />
      <circle cx="13.4" cy="13.9" r="2.3" fill="var(--dot)" />
    </svg>
  );
}
