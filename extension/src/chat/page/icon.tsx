/** The editor's own icons, and buttons made of them. */

export type IconName =
  | "add"
  | "arrow-down"
  | "check"
  | "chevron-left"
  | "chevron-right"
  | "close"
  | "copy"
  | "diff"
  | "edit"
  | "file"
  | "folder"
  | "git-compare"
  | "insert"
  | "loading"
  | "mention"
  | "new-file"
  | "note"
  | "refresh"
  | "selection"
  | "send"
  | "sparkle"
  | "stop-circle"
  | "symbol-method"
  | "terminal"
  | "warning"
  | "thumbsdown"
  | "thumbsdown-filled"
  | "thumbsup"
  | "thumbsup-filled"
  | "trash";

export function Icon({ name, spins = false }: { name: IconName; spins?: boolean }) {
  const spin = spins ? " codicon-modifier-spin" : "";
  return <span class={`codicon codicon-${name}${spin}`} aria-hidden="true" />;
}

interface IconButtonProperties {
  name: IconName;
  label: string;
  press: () => void;
  class?: string;
  disabled?: boolean;
  /** For a button that is on or off. */
  pressed?: boolean;
}

export function IconButton(properties: IconButtonProperties) {
  const { name, label, press, disabled = false, pressed } = properties;
  return (
    <button
      type="button"
      class={`icon-button ${properties.class ?? ""}`}
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={press}
    >
      <Icon name={name} />
    </button>
  );
}
