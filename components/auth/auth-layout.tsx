import type { ReactNode } from "react";
import { Logo } from "@/components/shell/logo";
import { LogDrawing } from "./log-drawing";

/** The frame of the pages before signing in: a form at the left, a drawing at the right. */
export function AuthLayout({
  title,
  lead,
  children,
  foot = "Sign-ins, and attempts to sign in, are recorded.",
  banner,
}: {
  title: string;
  /** The line below the title, such as "to Halden Works". */
  lead?: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
  banner?: ReactNode;
}) {
  return (
    <div className="auth">
      <main className="auth-form-side">
        <div className="auth-brand">
          <Logo />
          Gurulog
        </div>
        <div className="auth-box">
          {banner}
          <h1>{title}</h1>
          {lead ? <p className="auth-lead">{lead}</p> : <div className="mb-[26px]" />}
          {children}
        </div>
        <p className="auth-foot">{foot}</p>
      </main>
      <div className="auth-art" aria-hidden="true">
        <LogDrawing />
        <p className="auth-caption">Every act leaves a record.</p>
      </div>
    </div>
  );
}
