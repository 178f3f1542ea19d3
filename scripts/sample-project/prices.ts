// Prices in won, with and without tax. · 원화 가격, 세금 포함과 제외.

export interface Price {
  readonly won: number;
  readonly taxRate: number;
}

/** The price with tax, rounded to whole won. · 세금을 더한 값, 원 단위로 반올림. */
export function withTax(price: Price): number {
  return Math.round(price.won * (1 + price.taxRate));
}

/** "₩12,000" */
export function format(won: number): string {
  return `₩${won.toLocaleString("ko-KR")}`;
}

export function cheapest(prices: Price[]): Price | undefined {
  let found: Price | undefined = undefined;
  for (let i = 0; i < prices.length; i++) {
    if (found === undefined || withTax(prices[i]) < withTax(found)) {
      found = prices[i];
    }
  }
  return found;
}
