import { useId, type ComponentProps } from "react";

/** A text input with its label above. */
export function TextField({ label, ...rest }: { label: string } & ComponentProps<"input">) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {/* 16 px on a phone: Safari zooms into inputs with smaller text. */}
      <input
        {...rest}
        id={id}
        className="h-10 w-full min-w-0 rounded-md border border-border-strong bg-surface px-3 text-base placeholder:text-muted sm:text-sm"
      />
    </div>
  );
}
