"use client";

import { useState } from "react";

const sizes = { small: "size-8 text-xs", large: "size-14 text-lg" };

interface AvatarProps {
  /** The address of the picture, on any host: it comes from the identity provider. */
  src: string | null;
  /**
   * Whose picture it is; its initials stand in for a picture that is missing or can't be loaded.
   */
  name: string;
  size?: keyof typeof sizes;
}

/**
 * A picture or initials. Decorative: the name stands beside it, or labels the control around it.
 */
export function Avatar({ src, name, size = "small" }: AvatarProps) {
  const [failedSrc, setFailedSrc] = useState<string | null>(null);
  return (
    <span
      aria-hidden="true"
      className={`relative inline-flex shrink-0 items-center justify-center overflow-hidden rounded-full bg-accent-subtle font-medium text-accent select-none ${sizes[size]}`}
    >
      {initials(name)}
      {src && src !== failedSrc && (
        // next/image would need every host that a picture can come from in next.config.ts.
        <img
          src={src}
          alt=""
          referrerPolicy="no-referrer"
          // A picture that failed before hydration fires no event any more.
          ref={(image) => {
            if (image?.complete && image.naturalWidth === 0) setFailedSrc(src);
          }}
          onError={() => setFailedSrc(src)}
          className="absolute inset-0 size-full bg-surface object-cover"
        />
      )}
    </span>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => Array.from(word ?? "")[0]?.toUpperCase() ?? "").join("");
}
