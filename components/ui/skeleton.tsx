/**
 * A grey bar in the size of the text that is on its way. Silent; its container says what is
 * loading.
 */
export function Skeleton({ className }: { className: string }) {
  return (
    <span aria-hidden="true" className={`block animate-pulse rounded bg-border ${className}`} />
  );
}
