import { isProduction } from "@/lib/env";

/** Says what a page can't do without a database; in development, also how to start one. */
export function NeedsDatabase({ children }: { children: string }) {
  return (
    <p className="text-muted">
      {children}
      {!isProduction && (
        <>
          {" "}
          <code className="font-mono text-ink">npm run dev -- --database</code> starts one.
        </>
      )}
    </p>
  );
}
