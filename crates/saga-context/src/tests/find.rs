//! Names and a query in, the names found and how they are found out.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use crate::{LetterSet, Search};

/// The names that are found, the best first, with the letters found in brackets.
fn check(query: &str, names: &[&str], expected: Expect) {
    let mut search = Search::new(query);
    let mut found: Vec<(u32, &&str)> = names
        .iter()
        .filter_map(|name| Some((search.score(name, LetterSet::of(name))?, name)))
        .collect();
    found.sort_by_key(|(score, name)| (u32::MAX - score, name.len()));
    let mut told = String::new();
    for (_, name) in found {
        let places = search.positions(name);
        for (at, c) in name.char_indices() {
            let _ = if places.contains(&at) { write!(told, "[{c}]") } else { write!(told, "{c}") };
        }
        told.push('\n');
    }
    expected.assert_eq(&told);
}

#[test]
fn the_files_own_name_comes_before_its_folders() {
    check(
        "cart",
        &["src/cart/total.ts", "src/total/cart.ts", "src/carousel/restart.ts", "lib/art.ts"],
        expect![[r#"
            src/total/[c][a][r][t].ts
            src/[c][a][r][t]/total.ts
            src/[c][a][r]ousel/restart.[t]s
        "#]],
    );
}

#[test]
fn words_and_runs_count_more_than_scattered_letters() {
    check(
        "ght",
        &["src/eight.ts", "src/ghostText.ts", "src/graph_tools.ts", "src/light.ts"],
        expect![[r#"
            src/[g][h]ost[T]ext.ts
            src/[g]rap[h]_[t]ools.ts
            src/ei[g][h][t].ts
            src/li[g][h][t].ts
        "#]],
    );
    check(
        "gT",
        &["ghostText.ts", "great.ts", "get_token.ts"],
        expect![[r#"
        [g]et_[t]oken.ts
        [g]reat.[t]s
        [g]host[T]ext.ts
    "#]],
    );
}

#[test]
fn folders_and_several_words_narrow_it() {
    let names = ["client/src/errors.ts", "server/src/errors.ts", "server/src/main.rs"];
    check(
        "server/err",
        &names,
        expect![[r#"
        [s][e][r][v][e][r][/]src/[e][r][r]ors.ts
    "#]],
    );
    check(
        "err server",
        &names,
        expect![[r#"
        [s][e][r][v][e][r]/src/[e][r][r]ors.ts
        [s][e][r][v][e][r]/src/main.rs
    "#]],
    );
    check(
        "server\\src\\m",
        &names,
        expect![[r#"
        [s][e][r][v][e][r][/][s][r][c][/][m]ain.rs
    "#]],
    );
    check(
        "  ",
        &names,
        expect![[r#"
        server/src/main.rs
        client/src/errors.ts
        server/src/errors.ts
    "#]],
    );
    check("nothing", &names, expect![""]);
}

#[test]
fn hangul_is_found_by_half_a_syllable_by_first_letters_and_apart() {
    let apart = "\u{1100}\u{1168}\u{1109}\u{1161}\u{11ab}\u{1100}\u{1175}.py";
    let names = ["계산기.py", apart, "게시판.py", "설계/사진.py", "사용자.py"];
    check(
        "계산",
        &names,
        expect![[r#"
        [계][산]기.py
        [ᄀ][ᅨ][ᄉ][ᅡ][ᆫ]기.py
        설[계]/[사][진].py
    "#]],
    );
    check(
        "계사",
        &names,
        expect![[r#"
        [계][산]기.py
        [ᄀ][ᅨ][ᄉ][ᅡ]ᆫ기.py
        설[계]/[사]진.py
    "#]],
    );
    check(
        "ㄱㅅㄱ",
        &names,
        expect![[r#"
        [계][산][기].py
        [ᄀ]ᅨ[ᄉ]ᅡᆫ[ᄀ]ᅵ.py
    "#]],
    );
    check(
        apart,
        &names,
        expect![[r#"
        [계][산][기][.][p][y]
        [ᄀ][ᅨ][ᄉ][ᅡ][ᆫ][ᄀ][ᅵ][.][p][y]
    "#]],
    );
    check(
        "사용ㅈ",
        &names,
        expect![[r#"
        [사][용][자].py
    "#]],
    );
}

#[test]
fn accents_and_emoji_are_letters_like_others() {
    check(
        "café",
        &["café.ts", "cafe\u{301}.ts", "🛒cart.ts"],
        expect![[r#"
        [c][a][f][é].ts
    "#]],
    );
    check(
        "🛒",
        &["🛒cart.ts", "cart.ts"],
        expect![[r#"
        [🛒]cart.ts
    "#]],
    );
}

#[test]
fn nothing_is_too_long() {
    let long = format!("{}/src/cart.ts", "folder/".repeat(1_000));
    let mut search = Search::new(&"cart".repeat(100));
    assert_eq!(search.score(&long, LetterSet::of(&long)), None);
    let mut search = Search::new("srccart");
    assert_eq!(search.positions(&long).len(), 7);
}
