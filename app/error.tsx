"use client";

import { ErrorPage, type ErrorPageProps } from "@/components/layout/error-page";

/** A fault on a public page, or in the frame of the signed-in ones. */
export default function RootError(props: ErrorPageProps) {
  return <ErrorPage {...props} />;
}
