/**
 * A grey bar in the size of text that is still loading. Hidden from screen readers: its container
 * says what is loading.
 */
export function Skeleton({ className }: { className: string }) {
  return (
    <span aria-hidden="true" className={`block animate-pulse rounded bg-border ${className}`} />
  );
}
