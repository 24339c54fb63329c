import { useId, type ReactNode } from "react";
import { ButtonLink } from "@/components/ui/controls/button";

interface CardProps {
  title: string;
  description?: ReactNode;
  /** Shown at the end of the title's row. */
  action?: ReactNode;
  /** Without inner padding, for a table that reaches the edges. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

/** A section of a page with a title. Screen readers list it as a region. */
export function Card({
  title,
  description,
  action,
  flush = false,
  className = "",
  children,
}: CardProps) {
  const titleId = useId();
  return (
    <section
      aria-labelledby={titleId}
      className={`rounded-lg border border-border bg-surface ${flush ? "overflow-hidden" : ""} ${className}`}
    >
      <div className={`flex items-start justify-between gap-4 px-5 pt-4 ${flush ? "pb-4" : ""}`}>
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

/** A link to more about a card's subject, for the card's `action`. */
export function CardLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <ButtonLink href={href} variant="ghost" size="small" className="-my-1 -mr-3 shrink-0">
      {children}
    </ButtonLink>
  );
}
