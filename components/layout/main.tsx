import type { ReactNode } from "react";

/** The page's main landmark, the target of the skip link in the root layout. */
export function Main({ children, className = "" }: { children: ReactNode; className?: string }) {
  return (
    <main id="main" tabIndex={-1} className={`page-width flex-1 ${className}`}>
      {children}
    </main>
  );
}
