import type { ReactNode } from "react";

interface TableProps {
  /** Names the table for screen readers; it is not visible. */
  caption: string;
  columns: string[];
  children: ReactNode;
}

/**
 * A table that becomes a list of blocks on a phone. The ARIA roles are explicit because browsers
 * drop the implicit ones when CSS changes the `display` of a table.
 */
export function Table({ caption, columns, children }: TableProps) {
  return (
    <table role="table" className="block w-full text-left sm:table">
      <caption className="sr-only">{caption}</caption>
      <thead role="rowgroup" className="sr-only sm:not-sr-only sm:table-header-group">
        <tr role="row" className="border-b border-border">
          {columns.map((column) => (
            <th
              key={column}
              role="columnheader"
              scope="col"
              className="px-5 py-2.5 text-xs font-medium text-muted"
            >
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className="block divide-y divide-border sm:table-row-group">
        {children}
      </tbody>
    </table>
  );
}

/**
 * A row of a `Table`. On a phone it is a block: the cells are below each other, and a `corner` cell
 * is at the top right.
 */
export function TableRow({ children }: { children: ReactNode }) {
  return (
    <tr
      role="row"
      className="grid grid-cols-[auto_1fr] items-start gap-x-4 gap-y-1.5 px-5 py-3.5 sm:table-row"
    >
      {children}
    </tr>
  );
}

interface TableCellProps {
  header?: boolean;
  /** On a phone, shown beside the row's name instead of below it. */
  corner?: boolean;
  className?: string;
  children: ReactNode;
}

/** A cell of a `TableRow`. With `header`, it names the row. */
export function TableCell({
  header = false,
  corner = false,
  className = "",
  children,
}: TableCellProps) {
  const place = corner
    ? "col-start-2 row-start-1 text-right"
    : header
      ? "row-start-1"
      : "col-span-2";
  const classes = `align-top font-normal sm:table-cell sm:px-5 sm:py-3 sm:text-left ${place} ${className}`;
  return header ? (
    <th role="rowheader" scope="row" className={classes}>
      {children}
    </th>
  ) : (
    <td role="cell" className={classes}>
      {children}
    </td>
  );
}
