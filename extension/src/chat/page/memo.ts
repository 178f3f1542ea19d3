/** A component that is drawn again only when `same` says that its properties differ. */

import { Component, type ComponentChildren, type ComponentType } from "preact";

export function memo<P extends object>(
  draw: (properties: P) => ComponentChildren,
  same: (before: P, after: P) => boolean,
): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(after: Readonly<P>): boolean {
      return !same(this.props, after);
    }

    override render(): ComponentChildren {
      return draw(this.props);
    }
  };
}
