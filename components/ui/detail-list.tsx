import type { ReactNode } from "react";

/** A list of terms and their values. */
export function DetailList({
  className = "",
  children,
}: {
  className?: string;
  children: ReactNode;
}) {
  return (
    <dl className={`divide-y divide-border border-t border-border ${className}`}>{children}</dl>
  );
}

/** One term of a `DetailList` and its value, or "not set" if there is none. */
export function Detail({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-6 py-2.5 last:pb-0">
      <dt className="shrink-0 text-muted">{term}</dt>
      <dd className="text-right">{children ?? <span className="text-muted">not set</span>}</dd>
    </div>
  );
}
