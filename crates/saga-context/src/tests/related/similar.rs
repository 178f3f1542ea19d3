//! Code that looks like the code around a cursor.

use expect_test::expect;

use super::{World, check, show};
use crate::{ContextLimits, RecentPlaces};

const REPOSITORY: &str = "class OrderRepository:
    def find_order(self, session, order_id):
        row = session.execute(select_order, order_id).first()
        if row is None:
            raise OrderMissing(order_id)
        return Order.from_row(row)
";

#[test]
fn a_place_that_uses_the_same_names_is_shown() {
    check(
        &format!(
            "
//- /users.py
class UserRepository:
    def find_user(self, session, order_id):
        row = session.execute(select_order, order_id).first()
        if row is None:
            $0
//- /orders.py
{REPOSITORY}
//- /other.py
def draw(canvas, brush, colour, width):
    canvas.line(brush, colour, width)
    canvas.flush(brush)
"
        ),
        expect![[r#"
            similar orders.py: class OrderRepository:
                def find_order(self, session, order_id):
                    row = session.execute(select_order, order_id).first()
                    if row is None:
                        raise OrderMissing(order_id)
                    return Order.from_row(row)
        "#]],
    );
}

#[test]
fn it_is_found_in_the_index_when_it_is_closer() {
    check(
        &format!(
            "
//- /users.py
class UserRepository:
    def find_user(self, session, order_id):
        row = session.execute(select_order, order_id).first()
        if row is None:
            $0
//- /disk/orders.py
{REPOSITORY}"
        ),
        expect![[r#"
            similar orders.py: class OrderRepository:
                def find_order(self, session, order_id):
                    row = session.execute(select_order, order_id).first()
                    if row is None:
                        raise OrderMissing(order_id)
                    return Order.from_row(row)
        "#]],
    );
}

#[test]
fn korean_names_and_comments_count() {
    check(
        "
//- /회원.py
# 회원 목록을 이름순으로 정렬해서 돌려준다
def 회원_정렬(목록, 기준):
    결과 = sorted(목록, key=기준)
    $0
//- /주문.py
# 주문 목록을 날짜순으로 정렬해서 돌려준다
def 주문_정렬(목록, 기준):
    결과 = sorted(목록, key=기준)
    return 결과
//- /그림.py
# 화면에 선을 긋는다
def 선_긋기(화면, 시작점, 끝점, 색깔):
    화면.선(시작점, 끝점, 색깔)
",
        expect![[r#"
            similar 주문.py: # 주문 목록을 날짜순으로 정렬해서 돌려준다
            def 주문_정렬(목록, 기준):
                결과 = sorted(목록, key=기준)
                return 결과
        "#]],
    );
}

#[test]
fn a_language_that_is_not_known_has_its_own_windows() {
    check(
        "
//- /a.zig
const width = parse(input, scale, offset);
const height = parse(input, scale, $0
//- /b.zig
const depth = parse(input, scale, offset);
const height = parse(input, scale, width);
",
        expect![[r#"
            similar b.zig: const depth = parse(input, scale, offset);
            const height = parse(input, scale, width);
        "#]],
    );
}

#[test]
fn what_the_prompt_shows_of_the_file_itself_is_never_repeated() {
    let block =
        "def load(path, codec, limit, cache, retry):\n    return cache.get(path, codec)\n\n";
    let far = "def other_names(alpha, beta, gamma, delta):\n    pass\n\n".repeat(120);
    let near = format!("//- /a.py\n{block}{block}$0\n{block}");
    assert_eq!(show(&World::new(&near).related(&ContextLimits::USUAL)), "");

    let away = format!("//- /a.py\n{block}{far}{block}$0\n");
    let found = show(&World::new(&away).related(&ContextLimits::USUAL));
    assert!(found.starts_with("similar a.py: def load("), "{found}");
}

#[test]
fn at_most_a_few_and_no_text_twice() {
    let copies: String =
        (0..6).map(|n| format!("//- /copy{n}.py\n{REPOSITORY}# {}\n", "x".repeat(n / 2))).collect();
    let fixture = format!("//- /a.py\n{REPOSITORY}$0\n{copies}");
    let found = World::new(&fixture).related(&ContextLimits::USUAL);
    assert_eq!(found.len(), ContextLimits::USUAL.similar_max);
    assert_ne!(found[0].text, found[1].text);
    let none = ContextLimits { similar_bytes_max: 20, ..ContextLimits::USUAL };
    assert!(World::new(&fixture).related(&none).is_empty());
}

#[test]
fn a_place_seen_is_remembered_when_its_file_is_closed() {
    let mut before = World::new(&format!("//- /a.py\n$0\n//- /orders.py\n{REPOSITORY}"));
    let orders = before.opened.others().remove(0);
    before.recent.note_seen(&orders, saga_domain::Span::new(0, orders.rope().byte_len()));

    let mut after =
        World::new(&format!("//- /users.py\n{}$0\n", REPOSITORY.replace("find", "get")));
    after.recent = std::mem::replace(&mut before.recent, RecentPlaces::new());
    let found = show(&after.related(&ContextLimits::USUAL));
    assert!(found.starts_with("similar orders.py: class OrderRepository"), "{found}");
    after.recent.forget(orders.uri());
    assert_eq!(show(&after.related(&ContextLimits::USUAL)), "");
}
