interface CodeBlockProps {
  /** The visible title: the file's path, or what the block shows. */
  title: string;
  code: string;
}

/** Read-only code. Scrolls sideways, also by keyboard, and never widens the page. */
export function CodeBlock({ title, code }: CodeBlockProps) {
  return (
    <figure className="min-w-0 overflow-hidden rounded-lg border border-border bg-surface">
      <figcaption className="border-b border-border px-4 py-2.5 font-mono text-xs text-muted">
        {title}
      </figcaption>
      <pre
        tabIndex={0}
        className="overflow-x-auto py-3.5 font-mono text-xs leading-6 sm:text-[0.8125rem] -outline-offset-2"
      >
        <code className="block w-max min-w-full px-4">
          {code.split("\n").map((line, index) => {
            const isComment = /^\s*(#|\/\/)/.test(line);
            return isComment ? (
              <span key={index} className="text-muted">{`${line}\n`}</span>
            ) : (
              `${line}\n`
            );
          })}
        </code>
      </pre>
    </figure>
  );
}
