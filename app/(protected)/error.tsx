"use client";

import { ErrorPage, type ErrorPageProps } from "@/components/error-page";

/** A fault on a signed-in page; header and navigation stay. */
export default function ProtectedError(props: ErrorPageProps) {
  return <ErrorPage {...props} />;
}
