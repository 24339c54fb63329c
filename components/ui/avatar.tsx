"use client";

import { useState } from "react";

const sizes = { small: "size-8 text-xs", large: "size-14 text-lg" };

interface AvatarProps {
  /** URL of the picture. It may be on any host, since it comes from the identity provider. */
  src: string | null;
  /** The person's name. Its initials replace a picture that is missing or fails to load. */
  name: string;
  size?: keyof typeof sizes;
}

/**
 * A picture or initials. Decorative, because the name is next to it or labels the control around
 * it.
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
        // next/image would need every possible host in next.config.ts.
        <img
          src={src}
          alt=""
          referrerPolicy="no-referrer"
          // If loading failed before hydration, no error event fires any more.
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
