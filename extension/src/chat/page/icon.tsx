/** The editor's own icons, and buttons made of them. */

export type IconName =
  | "add"
  | "arrow-down"
  | "check"
  | "close"
  | "copy"
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
  | "warning";

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
}

export function IconButton(properties: IconButtonProperties) {
  const { name, label, press, disabled = false } = properties;
  return (
    <button
      type="button"
      class={`icon-button ${properties.class ?? ""}`}
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={press}
    >
      <Icon name={name} />
    </button>
  );
}
