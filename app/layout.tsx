import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { THEME_COOKIE } from "@/components/ui/cookie-names";
import { DemoStrip } from "@/components/ui/demo-strip";
import { FlashToast } from "@/components/ui/flash-toast";
import { ToastProvider } from "@/components/ui/toast";
import { anonymousPrincipal } from "@/lib/access/principal";
import { chosenTheme } from "@/lib/features/accounts/profile-queries";
import { isDemo } from "@/lib/features/organization/queries";
import { currentPrincipal, requestFacts } from "@/lib/gate/current";
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
  const call = { request: await requestFacts(), input: null };
  const demo = await isDemo.execute({ ...call, principal: anonymousPrincipal });
  const here = (await cookies()).get(THEME_COOKIE)?.value;
  const profile = here ? null : await chosenTheme.execute({ ...call, principal: await currentPrincipal() });
  const chosen = here ?? (profile?.ok ? profile.value : null);
  const theme = chosen === "light" || chosen === "dark" ? chosen : undefined;
  return (
    // The theme switch changes the attribute before a page is hydrated again from the browser's cache.
    <html lang="en" data-theme={theme} suppressHydrationWarning>
      <body data-demo={demo.ok && demo.value ? true : undefined}>
        {demo.ok && demo.value ? <DemoStrip /> : null}
        <ToastProvider>
          <FlashToast />
          {children}
        </ToastProvider>
      </body>
    </html>
  );
}
