import Link from "next/link";
import type { ComponentProps } from "react";
import { buttonClass, type ButtonStyle } from "@/components/ui/controls/button-class";

/** A button for an action on this page. Use `SubmitButton` to submit a form. */
export function Button({
  variant,
  size,
  className = "",
  ...rest
}: ButtonStyle & ComponentProps<"button">) {
  return (
    <button type="button" {...rest} className={`${buttonClass({ variant, size })} ${className}`} />
  );
}

/** A link that looks like a button. Next.js fetches its target only when the user follows it. */
export function ButtonLink({
  variant,
  size,
  className = "",
  ...rest
}: ButtonStyle & ComponentProps<typeof Link>) {
  return (
    <Link prefetch={false} {...rest} className={`${buttonClass({ variant, size })} ${className}`} />
  );
}
