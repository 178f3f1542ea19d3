//! A version that is read from where it differs from the one before is the same as one read whole.

use proptest::prelude::*;
use saga_domain::{Span, TextEdit};

use crate::tests::edits::{SAMPLES, SomeEdit, edits};
use crate::tests::parse;
use crate::{DocumentLimits, Documents, Reading};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_again_is_what_is_read_at_once(
        (language_id, sample) in prop::sample::select(SAMPLES),
        edits in edits(1..6),
    ) {
        let mut plain = sample.to_owned();
        let mut documents = Documents::new(DocumentLimits::USUAL);
        documents.open("a", "a", language_id, 0, &plain).unwrap();
        parse(&mut documents, "a");
        let mut reading = Reading::of(&documents.get("a").unwrap(), None);
        for (version, edit) in (1..).zip(edits) {
            let edit = SomeEdit { length: edit.length / 50.0, ..edit }.fit(&plain);
            plain.replace_range(edit.span.range(), &edit.text);
            documents.change("a", version, &[edit]).unwrap();
            parse(&mut documents, "a");
            let doc = documents.get("a").unwrap();
            let again = Reading::of(&doc, reading.as_ref());
            let at_once = Reading::of(&doc, None);
            prop_assert_eq!(again.as_ref().map(Reading::seen), at_once.as_ref().map(Reading::seen));
            reading = again;
        }
    }
}

#[test]
fn what_a_name_or_an_attribute_beside_code_decides_is_read_again() {
    let check = |language_id: &str, text: &str, old: &str, new: &str| {
        let mut documents = Documents::new(DocumentLimits::USUAL);
        documents.open("a", "a", language_id, 0, text).unwrap();
        parse(&mut documents, "a");
        let before = Reading::of(&documents.get("a").unwrap(), None);
        let at = text.find(old).unwrap();
        let edit = TextEdit { span: Span::new(at, at + old.len()), text: new.to_owned() };
        documents.change("a", 1, &[edit]).unwrap();
        parse(&mut documents, "a");
        let doc = documents.get("a").unwrap();
        let (again, at_once) = (Reading::of(&doc, before.as_ref()), Reading::of(&doc, None));
        let seen = again.as_ref().map(Reading::seen);
        assert_eq!(seen, at_once.as_ref().map(Reading::seen), "{language_id}");
        assert_ne!(seen, before.as_ref().map(Reading::seen), "{language_id}");
    };
    check("rust", "mod a {\n    #[test]\n    fn b() {}\n}\nfn c() {}\n", "test", "best");
    check("rust", "#[cfg(test)]\nmod a {\n    fn b() {}\n}\nfn c() {}\n", "test", "best");
    check("java", "class A {\n  @Test(timeout = 1)\n  int b() { return 1; }\n}\n", "Test", "Best");
    check("python", "class A:\n    def _b(self): pass\n    def c(self): pass\n", "_b", "bb");
    check("java", "class A {\n  private int b() { return 1; }\n}\n", "private", "public");
    check("go", "package a\n\n\nfunc b() int { return 1 }\n", "\n\n\n", "\n");
}
