//! Text for people: prose, comments, docstrings, in English and Korean.

use expect_test::expect;

use super::{Case, PYTHON, check, in_language};

#[test]
fn a_paragraph_ends_with_a_blank_line() {
    check(
        &in_language("markdown"),
        "# 설치\n\n먼저 |\n\n# 사용\n",
        "저장소를 받는다. 그런 다음\n의존성을 설치한다.\n\n다른 문단이다.\n",
        expect![[r#"
            # 설치

            먼저 «저장소를 받는다. 그런 다음
            의존성을 설치한다.»

            # 사용

            [ScopeEnd]
        "#]],
    );
}

#[test]
fn what_follows_is_not_said_again() {
    check(
        &in_language("markdown"),
        "# 설치\n\n|\n# 사용\n",
        "저장소를 받는다.\n# 사용\n이렇게 쓴다.\n",
        expect![[r#"
            # 설치

            «저장소를 받는다.»
            # 사용

            [Follows]
        "#]],
    );
    check(
        &in_language("markdown"),
        "값을 |돌려준다.\n",
        "더한 다음 돌려준다.",
        expect![[r#"
        값을 «더한 다음 »돌려준다.

        [Follows]
    "#]],
    );
}

#[test]
fn a_sentence_is_said_once() {
    check(
        &in_language("markdown"),
        "|",
        "이 함수는 값을 모두 더한다. 이 함수는 값을 모두 더한다. 이 함수는",
        expect![[r#"
            «이 함수는 값을 모두 더한다.»
            [Repetition]
        "#]],
    );
    check(
        &in_language("markdown"),
        "|",
        "It adds all of the numbers. Then it rounds. It adds all of the numbers. Then",
        expect![[r#"
            «It adds all of the numbers. Then it rounds.»
            [Repetition]
        "#]],
    );
}

#[test]
fn sentences_stay_in_comments_and_docstrings() {
    let comment = Case { in_prose: true, one_line: true, ..PYTHON };
    check(
        &comment,
        "def f(a):\n    # |\n    return a\n",
        "This function returns the value that it was given.\n",
        expect![[r#"
            def f(a):
                # «This function returns the value that it was given.»
                return a

            [OneLine]
        "#]],
    );
    check(
        &PYTHON,
        "def f(a):\n    \"\"\"|\n",
        "위 값을 그대로 돌려줍니다.\n\n    This is what callers rely on.\n    \"\"\"\n    return a\n",
        expect![[r#"
            def f(a):
                """«위 값을 그대로 돌려줍니다.»

            [ScopeEnd]
        "#]],
    );
}

#[test]
fn a_fence_closes_our_block_after_a_comment_too() {
    let comment = Case { in_prose: true, ..PYTHON };
    check(
        &comment,
        "x = 1  # |",
        "하나\n```\nThis sets x.",
        expect![[r#"
        x = 1  # «하나»
        [Fence]
    "#]],
    );
}

#[test]
fn code_blocks_are_a_part_of_markdown() {
    check(
        &in_language("markdown"),
        "# Use\n\n|",
        "Run this:\n```sh\nnpm start\n```\n\nThen open it.",
        expect![[r#"
            # Use

            «Run this:
            ```sh
            npm start
            ```»
            [ScopeEnd]
        "#]],
    );
}
