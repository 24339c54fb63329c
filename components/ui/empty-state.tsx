import type { ReactNode } from "react";

/** Shown in place of an empty list. The children say why it is empty or how to fill it. */
export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="rounded-md border border-dashed border-border-strong px-4 py-5">
      <p className="font-medium">{title}</p>
      <p className="mt-1 text-muted">{children}</p>
    </div>
  );
}
