"use client";

import { ErrorPage, type ErrorPageProps } from "@/components/layout/error-page";

/** Shown for an error on a public page, or in the layout of the signed-in pages. */
export default function RootError(props: ErrorPageProps) {
  return <ErrorPage {...props} />;
}
