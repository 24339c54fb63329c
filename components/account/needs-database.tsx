import { isProduction } from "@/lib/env";

/** Says what a page lacks by running without a database, and while developing how to get one. */
export function NeedsDatabase({ children }: { children: string }) {
  return (
    <p className="text-muted">
      {children}
      {!isProduction && (
        <>
          {" "}
          <code className="font-mono text-ink">npm run dev -- --database</code> brings one.
        </>
      )}
    </p>
  );
}
