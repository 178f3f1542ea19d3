//! Data, markup and prose: little that code could name, but places and scopes.

use expect_test::expect;

use super::check;

#[test]
fn sql() {
    check(
        "sql",
        include_str!("../samples/sql.txt"),
        expect![[r#"
        -- 주문을 저장하는 표.
        CREATE TABLE orders (
            id BIGINT PRIMARY KEY,
            name VARCHAR(80) NOT NULL DEFAULT 'none',
            price NUMERIC(10, 2)
        )
        CREATE VIEW dear_orders AS
        SELECT id, name FROM orders WHERE price > 100
        CREATE FUNCTION total(customer BIGINT) RETURNS NUMERIC
        comments and strings: 주문을 none Only dear it
    "#]],
    );
}

#[test]
fn json() {
    check(
        "json",
        include_str!("../samples/json.txt"),
        expect![[r#"
        comments and strings: 설정 name codesaga scripts build node test vitest what files path a size 한글 deep er value
    "#]],
    );
}

#[test]
fn yaml() {
    check(
        "yaml",
        include_str!("../samples/yaml.txt"),
        expect![[r#"
        env
            env: &shared
          LANG: ko_KR.UTF-8
          TEXT: 'it''s'
        comments and strings: 지속적 release it newest 시험
    "#]],
    );
}

#[test]
fn html() {
    check(
        "html",
        include_str!("../samples/html.txt"),
        expect![[r#"
        comments and strings: ko utf stylesheet main app 주문의 orders wide orders a A
    "#]],
    );
}

#[test]
fn css() {
    check(
        "css",
        include_str!("../samples/css.txt"),
        expect![[r#"
        import: @import url("base.css");
        import: @import 'theme.css' screen;
        comments and strings: utf base theme 색과 a twice
    "#]],
    );
}

#[test]
fn markdown() {
    check(
        "markdown",
        include_str!("../samples/markdown.txt"),
        expect![[r#"
        comments and strings: 
    "#]],
    );
}
