"use client";

import { ErrorPage, type ErrorPageProps } from "@/components/layout/error-page";
import "./globals.css";

/** A fault in the root layout itself, whose document this one replaces. */
export default function GlobalError(props: ErrorPageProps) {
  return (
    <html lang="en">
      <body className="flex min-h-dvh flex-col text-sm">
        <title>Something failed</title>
        <ErrorPage {...props} />
      </body>
    </html>
  );
}
