import Link from "next/link";
import type { ComponentProps } from "react";
import { buttonClass, type ButtonStyle } from "@/components/ui/controls/button-class";

/**
 * A button that does something on this page. One that sends a form is a `SubmitButton`.
 *
 * @public there to be used, also where no page does
 */
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

/** A link that looks like a button. What it leads to is not fetched before somebody wants it. */
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
