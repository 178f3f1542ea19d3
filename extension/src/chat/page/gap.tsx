/** The room of rows that are not drawn. */
export function Gap({ height }: { height: number }) {
  return height > 0 ? <div class="gap" style={{ height: `${height}px` }} /> : null;
}
