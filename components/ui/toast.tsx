"use client";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { IconButton } from "./button";
import { Icon } from "./icon";

type Tone = "ok" | "bad";
type Shown = { id: number; text: string; tone: Tone };
type ShowToast = (text: string, tone?: Tone) => void;

const SHOWN_MS = 6_000;
const AT_MOST = 3;
const ToastContext = createContext<ShowToast | null>(null);

/** Shows short messages of success (or failure) in the corner; they are read out politely. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Shown[]>([]);
  const lastId = useRef(0);
  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((each) => each.id !== id)), []);
  const show = useCallback<ShowToast>((text, tone = "ok") => {
    lastId.current += 1;
    const id = lastId.current;
    setToasts((all) => [...all.slice(1 - AT_MOST), { id, text, tone }]);
  }, []);
  const list = useMemo(
    () => toasts.map((toast) => <Toast key={toast.id} toast={toast} onDismiss={dismiss} />),
    [toasts, dismiss],
  );
  return (
    <ToastContext value={show}>
      {children}
      <section className="toasts" aria-label="Notifications" aria-live="polite">
        {list}
      </section>
    </ToastContext>
  );
}

/** Outside a provider (a component shown alone) messages are dropped. */
export function useToast(): ShowToast {
  return useContext(ToastContext) ?? drop;
}

function drop(): void {}

function Toast({ toast, onDismiss }: { toast: Shown; onDismiss: (id: number) => void }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    // Failures stay until they are dismissed; nothing goes away while it is pointed at or focused.
    if (held || toast.tone === "bad") return;
    const timer = setTimeout(() => onDismiss(toast.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, toast, onDismiss]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the handlers only keep the message from going away
    <div
      className="toast"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon
        name={toast.tone === "ok" ? "check-circle" : "alert"}
        className={toast.tone === "ok" ? "sign-ok" : "sign-bad"}
      />
      <span className="min-w-0 flex-1">{toast.text}</span>
      <IconButton label="Dismiss" onClick={() => onDismiss(toast.id)}>
        <Icon name="close" />
      </IconButton>
    </div>
  );
}
