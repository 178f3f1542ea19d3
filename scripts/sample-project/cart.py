"""A shopping cart to try CodeSaga on. · CodeSaga를 써 보는 장바구니 예제."""

from dataclasses import dataclass, field


@dataclass
class Item:
    """One thing to buy. · 살 물건 하나."""

    name: str
    price: int
    count: int = 1


@dataclass
class Cart:
    """What a customer wants to buy. · 고객이 사려는 물건들."""

    items: list[Item] = field(default_factory=list)

    def add(self, item: Item) -> None:
        """Puts an item into the cart. · 물건을 담는다."""
        self.items.append(item)

    def total(self) -> int:
        """The price of everything. · 모든 물건의 값."""
        result = 0
        for item in self.items:
            result = result + item.price * item.count
        return result

    def remove_last(self) -> Item:
        """Takes out what was put in last. · 마지막에 담은 물건을 뺀다."""
