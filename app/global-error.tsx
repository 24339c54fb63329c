"use client";

import { site } from "@/components/layout/site";
import { ErrorPage, type ErrorPageProps } from "@/components/layout/error-page";
import "./globals.css";

/** Shown for an error in the root layout. Replaces its document, so it has its own <html>. */
export default function GlobalError(props: ErrorPageProps) {
  return (
    <html lang={site.language}>
      <body className="flex min-h-dvh flex-col text-sm">
        <title>Something failed</title>
        <ErrorPage {...props} />
      </body>
    </html>
  );
}
