import type { ReactNode } from "react";
import { Main } from "@/components/layout/main";

interface MessagePageProps {
  /** Two or three words above the title that name the kind of page. */
  kind: string;
  title: string;
  children: ReactNode;
  actions: ReactNode;
}

/** A page that only shows a message: not found, failed, not allowed. */
export function MessagePage({ kind, title, children, actions }: MessagePageProps) {
  return (
    <Main className="flex flex-col justify-center py-16 sm:pb-32">
      <div className="mx-auto w-full max-w-lg">
        <p className="font-mono text-xs text-accent">{kind}</p>
        <h1 className="mt-3 text-title">{title}</h1>
        <div className="mt-3 space-y-3 text-base text-muted">{children}</div>
        <div className="mt-7 flex flex-wrap gap-2">{actions}</div>
      </div>
    </Main>
  );
}
