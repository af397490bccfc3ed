import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { THEME_COOKIE } from "@/components/ui/cookie-names";
import { FlashToast } from "@/components/ui/flash-toast";
import { ToastProvider } from "@/components/ui/toast";
import "./globals.css";

/* Every page belongs to one person at one moment, and carries a fresh nonce: none is ever made in advance. */
export const dynamic = "force-dynamic";

export const metadata: Metadata = {
  title: { default: "Gurulog", template: "%s · Gurulog" },
  description: "A provable audit log for gurus and code search.",
  icons: { icon: "/icon.svg" },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#121216" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const chosen = (await cookies()).get(THEME_COOKIE)?.value;
  const theme = chosen === "light" || chosen === "dark" ? chosen : undefined;
  return (
    // The theme switch changes the attribute before a page is hydrated again from the browser's cache.
    <html lang="en" data-theme={theme} suppressHydrationWarning>
      <body>
        <ToastProvider>
          <FlashToast />
          {children}
        </ToastProvider>
      </body>
    </html>
  );
}
