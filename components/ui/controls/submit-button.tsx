"use client";

import type { ComponentProps } from "react";
import { useFormStatus } from "react-dom";
import { buttonClass, type ButtonStyle } from "@/components/ui/controls/button-class";

/**
 * Submits the surrounding form and shows a spinner while the request is pending. If a form has
 * several, give each its own `name` and `value`: then only the pressed one shows the spinner.
 */
export function SubmitButton({
  variant,
  size,
  className = "",
  children,
  ...rest
}: ButtonStyle & ComponentProps<"button">) {
  const { pending, data } = useFormStatus();
  const pressed = pending && (rest.name === undefined || data.get(rest.name) === rest.value);
  return (
    <button
      {...rest}
      type="submit"
      // Not `disabled`: a disabled button loses the keyboard focus.
      aria-disabled={pending}
      onClick={(event) => {
        if (pending) event.preventDefault();
      }}
      className={`${buttonClass({ variant, size })} ${className}`}
    >
      {pressed && <Spinner />}
      {children}
    </button>
  );
}

function Spinner() {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      strokeWidth="2"
      className="size-4 animate-spin"
      aria-hidden="true"
    >
      <circle cx="8" cy="8" r="6" className="stroke-current opacity-25" />
      <path d="M14 8a6 6 0 0 0-6-6" strokeLinecap="round" className="stroke-current" />
    </svg>
  );
}
