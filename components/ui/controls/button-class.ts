export interface ButtonStyle {
  variant?: "primary" | "secondary" | "ghost" | "danger";
  size?: "small" | "medium";
}

const variants = {
  primary: "bg-ink text-on-ink hover:bg-ink-hover",
  secondary: "border border-border-strong bg-surface hover:bg-subtle",
  ghost: "text-muted hover:bg-subtle hover:text-ink",
  danger: "border border-danger-border bg-surface text-danger hover:bg-danger-subtle",
};

const sizes = { small: "h-8 px-3", medium: "h-10 px-4" };

/** Class names that make an element look like a button. */
export function buttonClass({ variant = "secondary", size = "medium" }: ButtonStyle): string {
  return `inline-flex items-center justify-center gap-2 rounded-md text-sm font-medium whitespace-nowrap transition-colors aria-disabled:cursor-default aria-disabled:opacity-60 ${sizes[size]} ${variants[variant]}`;
}
