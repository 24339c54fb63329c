import type { ReactNode } from "react";

/**
 * Stands where a list would be: that there is nothing, and why or what would put something there.
 */
export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="rounded-md border border-dashed border-border-strong px-4 py-5">
      <p className="font-medium">{title}</p>
      <p className="mt-1 text-muted">{children}</p>
    </div>
  );
}
