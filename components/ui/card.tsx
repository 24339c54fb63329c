import { useId, type ReactNode } from "react";

interface CardProps {
  title: string;
  description?: ReactNode;
  /** Stands at the end of the title's row. */
  action?: ReactNode;
  /** Without inner padding, for a table that reaches the edges. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

/** A titled part of a page; a region of its own for screen readers. */
export function Card({ title, description, action, flush = false, className = "", children }: CardProps) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className={`rounded-lg border border-border bg-surface ${className}`}>
      <div
        className={`flex flex-wrap items-start justify-between gap-x-4 gap-y-3 px-5 pt-4 ${flush ? "pb-4" : ""}`}
      >
        <div className="min-w-0">
          <h2 id={titleId} className="text-heading">
            {title}
          </h2>
          {description && <p className="mt-0.5 text-muted">{description}</p>}
        </div>
        {action}
      </div>
      <div className={flush ? "border-t border-border" : "px-5 pt-4 pb-5"}>{children}</div>
    </section>
  );
}
