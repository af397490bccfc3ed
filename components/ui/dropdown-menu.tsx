"use client";
import * as Radix from "@radix-ui/react-dropdown-menu";
import type { ReactNode } from "react";

/** A menu below a button. Not modal: locking the page would inject styles, which the policy refuses. */
export function DropdownMenu({
  trigger,
  align = "end",
  children,
}: {
  trigger: ReactNode;
  align?: "start" | "end";
  children: ReactNode;
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="pop" align={align} sideOffset={6} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function DropdownMenuItem({
  onSelect,
  disabled,
  danger = false,
  children,
}: {
  onSelect: () => void;
  disabled?: boolean;
  danger?: boolean;
  children: ReactNode;
}) {
  return (
    <Radix.Item className={danger ? "menu-item danger" : "menu-item"} disabled={disabled} onSelect={onSelect}>
      {children}
    </Radix.Item>
  );
}

export function DropdownMenuNote({ children }: { children: ReactNode }) {
  return (
    <>
      <Radix.Separator className="menu-line" />
      <p className="menu-note">{children}</p>
    </>
  );
}
