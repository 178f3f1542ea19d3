/** Copies, and says so for a moment in its own place. */

import { useEffect, useState } from "preact/hooks";
import type { Texts } from "../pageTexts";
import { IconButton } from "./icon";

const SHOWN_MS = 1_500;

interface CopyButtonProperties {
  label: string;
  texts: Texts;
  copy: () => void;
}

export function CopyButton({ label, texts, copy }: CopyButtonProperties) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const press = () => {
    copy();
    setCopied(true);
  };
  return <IconButton name={copied ? "check" : "copy"} label={copied ? texts.copied : label} press={press} />;
}
