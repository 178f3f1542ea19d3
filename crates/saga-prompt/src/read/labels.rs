//! What the words before a block say it is.

/// What a block is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// The code as it was.
    Old,
    /// The code as it becomes.
    New,
    /// How it is called, tested or run, or what it prints.
    Beside,
}

const OLD: &[&str] = &[
    "before",
    "original",
    "current code",
    "existing code",
    "old code",
    "you had",
    "replace this",
    "change this",
    "instead of",
    "기존",
    "원래",
    "원본",
    "변경 전",
    "수정 전",
    "이전 코드",
    "현재 코드",
    "다음 부분을",
    "이 부분을",
    "아래 부분을",
];

const NEW: &[&str] = &[
    "after",
    "refactored",
    "updated",
    "improved",
    "fixed",
    "new code",
    "modified",
    "corrected",
    "revised",
    "rewritten",
    "better",
    "final",
    "with this",
    "changed",
    "변경 후",
    "수정 후",
    "수정된",
    "개선된",
    "리팩터링",
    "리팩토링",
    "바뀐",
    "변경된",
    "고친",
    "최종",
    "다음과 같이",
    "아래와 같이",
    "다음으로 바꾸",
    "이렇게",
];

const BESIDE: &[&str] = &[
    "usage",
    "example",
    "for instance",
    "to use",
    "you can call",
    "call it",
    "you call",
    "use it",
    "output",
    "prints",
    "run it",
    "run the",
    "to run",
    "test it",
    "tests",
    "to test",
    "install",
    "unit test",
    "사용 예",
    "사용법",
    "사용 방법",
    "사용하려면",
    "예시",
    "예제",
    "호출",
    "출력",
    "실행",
    "테스트",
    "설치",
];

impl Label {
    /// By the line of words that stands before a block.
    pub(super) fn of(words: &str) -> Option<Self> {
        let said = words.to_lowercase();
        if said.trim_matches(|c: char| !c.is_alphanumeric()) == "with" {
            return Some(Self::New);
        }
        let says = |words: &[&str]| words.iter().map(|word| said.rfind(word)).max().flatten();
        // The last word counts: "instead of the original, the refactored code:".
        let (old, new, beside) = (says(OLD), says(NEW), says(BESIDE));
        let latest = [old, new, beside].into_iter().max().flatten()?;
        Some(match latest {
            at if new == Some(at) => Self::New,
            at if old == Some(at) => Self::Old,
            _ => Self::Beside,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for (words, label) in [
            ("Here is the refactored code:", Some(Label::New)),
            ("**Before:**", Some(Label::Old)),
            ("기존 코드:", Some(Label::Old)),
            ("수정된 코드는 다음과 같습니다:", Some(Label::New)),
            ("사용 예시는 다음과 같습니다.", Some(Label::Beside)),
            ("### 기존 코드를 리팩터링한 결과", Some(Label::New)),
            ("Example usage:", Some(Label::Beside)),
            ("Sure!", None),
            ("", None),
        ] {
            assert_eq!(Label::of(words), label, "{words}");
        }
    }
}
