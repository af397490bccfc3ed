"use client";
import Link from "next/link";
import { useActionState, useEffect, useRef, useState } from "react";
import type { FormAction } from "@/components/forms/action-result";
import { SubmitButton } from "@/components/forms/submit-button";
import { Icon, type IconName } from "@/components/ui/icon";
import { Initials } from "@/components/ui/initials";

export type AccountMenuProps = {
  user: { name: string; email: string; role?: string };
  links: { label: string; href: string; icon?: IconName }[];
  signOutAction: FormAction;
  signOutAttemptId: string;
};

/** A disclosure, not a menu: it opens and signs out without JavaScript too. */
export function AccountMenu({ user, links, signOutAction, signOutAttemptId }: AccountMenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(false);
  const [refused, signOut] = useActionState(signOutAction, null);
  useEffect(() => {
    function close(event: Event) {
      const element = details.current;
      if (element?.open && event.target instanceof Node && !element.contains(event.target))
        element.open = false;
    }
    document.addEventListener("pointerdown", close);
    document.addEventListener("focusin", close);
    return () => {
      document.removeEventListener("pointerdown", close);
      document.removeEventListener("focusin", close);
    };
  }, []);
  return (
    <details
      className="acct"
      ref={details}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !details.current?.open) return;
        details.current.open = false;
        details.current.querySelector("summary")?.focus();
      }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: only a summary opens without JavaScript, and its role differs between browsers */}
      <summary role="button" aria-label="Account menu" aria-expanded={open}>
        <Initials text={user.name || user.email} />
        <span className="acct-name cut">{user.name || user.email}</span>
        <Icon name="chevron-down" />
      </summary>
      <div className="pop acct-pop">
        <p className="menu-note [overflow-wrap:anywhere]">
          {user.email}
          {user.role ? (
            <>
              <br />
              {user.role}
            </>
          ) : null}
        </p>
        <hr className="menu-line" />
        {links.map((link) => (
          <Link key={link.href} className="menu-item" href={link.href} prefetch={false}>
            {link.icon ? <Icon name={link.icon} /> : null}
            {link.label}
          </Link>
        ))}
        {links.length > 0 ? <hr className="menu-line" /> : null}
        <form action={signOut}>
          <input type="hidden" name="attemptId" value={signOutAttemptId} readOnly />
          {refused && !refused.ok ? <p className="menu-note text-red-fg">{refused.message}</p> : null}
          <SignOutButton />
        </form>
      </div>
    </details>
  );
}

function SignOutButton() {
  return (
    <SubmitButton look="quiet" className="menu-item h-8 justify-start border-0 px-2 font-normal text-fg">
      <Icon name="sign-out" className="size-4" />
      Sign out
    </SubmitButton>
  );
}
