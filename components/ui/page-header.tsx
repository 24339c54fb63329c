import type { ReactNode } from "react";

interface PageHeaderProps {
  title: string;
  description?: ReactNode;
  /** Buttons and links that belong to the whole page. */
  actions?: ReactNode;
}

/** A page's only `h1`, with a description and the page's actions. */
export function PageHeader({ title, description, actions }: PageHeaderProps) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-4 pb-6 sm:pb-8">
      <div className="min-w-0">
        <h1 className="text-title wrap-anywhere">{title}</h1>
        {description && <p className="mt-1.5 max-w-prose text-base text-muted">{description}</p>}
      </div>
      {actions && <div className="flex gap-2">{actions}</div>}
    </div>
  );
}
