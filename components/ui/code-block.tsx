interface CodeBlockProps {
  /** The file's path or what the block is; its visible title. */
  title: string;
  code: string;
  /** Lines to point at, counted from 1. */
  highlight?: number[];
}

/** Code to read. Scrolls sideways by itself, also by keyboard, and never widens the page. */
export function CodeBlock({ title, code, highlight = [] }: CodeBlockProps) {
  return (
    <figure className="min-w-0 overflow-hidden rounded-lg border border-border bg-surface">
      <figcaption className="border-b border-border px-4 py-2.5 font-mono text-xs text-muted">
        {title}
      </figcaption>
      <pre
        tabIndex={0}
        className="overflow-x-auto py-3.5 font-mono text-xs leading-6 sm:text-[0.8125rem] -outline-offset-2"
      >
        <code className="inline-block min-w-full">
          {code.split("\n").map((line, index) => (
            <span
              key={index}
              className={`block border-l-2 px-4 ${highlight.includes(index + 1) ? "border-accent bg-accent-subtle" : "border-transparent"} ${/^\s*(#|\/\/)/.test(line) ? "text-muted" : ""}`}
            >
              {line || " "}
            </span>
          ))}
        </code>
      </pre>
    </figure>
  );
}
