//! The pieces that files are compared by.

use std::sync::Arc;

use crop::Rope;

use crate::windows::{Windows, cut};

/// Functions that differ, as many lines each.
fn functions(count: usize) -> String {
    let function = |n: usize| {
        let lines: String = (0..9).map(|line| format!("    value_{n}_{line} = {line}\n")).collect();
        format!("def function_{n}(one, two, three):\n{lines}\n")
    };
    (0..count).map(function).collect()
}

#[test]
fn windows_are_whole_lines_in_order_and_of_bounded_size() {
    let long_line = format!("data = '{}'\n", "x".repeat(5000));
    let text = format!("\n\n{}{long_line}{}", functions(30), "gap\n".repeat(100));
    for text in [text.clone(), text.replace('\n', "\r\n"), String::new(), "\n".repeat(50)] {
        let windows = cut(&text);
        assert!(windows.iter().all(|window| window.len() <= 1600 && !window.is_empty()));
        assert!(windows.windows(2).all(|pair| pair[0].end < pair[1].start));
        for window in windows {
            assert!(window.start == 0 || text.as_bytes()[window.start - 1] == b'\n');
            assert!(text[window.end..].starts_with(['\r', '\n']));
        }
    }
}

#[test]
fn a_window_begins_where_a_function_does() {
    let text = functions(20);
    let windows = cut(&text);
    assert!(windows.len() >= 10);
    assert!(windows.iter().all(|window| text[window.clone()].starts_with("def function_")));
}

#[test]
fn imports_are_no_window() {
    let imports: String = (0..30).map(|n| format!("import {{ a{n} }} from './a{n}'\n")).collect();
    assert!(cut(&imports).is_empty());
}

#[test]
fn an_edit_reads_again_only_what_it_touches() {
    let text = functions(40);
    let before = Windows::read(&Rope::from(text.as_str()), 1, None);
    let changed = text.replacen("value_20_4 = 4\n", "value_20_4 = 4\n    added = 5\n", 1);
    let after = Windows::read(&Rope::from(changed.as_str()), 2, Some(&before));
    let is_kept = |names: &Arc<[u32]>| before.all.iter().any(|old| Arc::ptr_eq(&old.names, names));
    let kept = after.all.iter().filter(|window| is_kept(&window.names)).count();
    assert!(kept + 2 >= after.all.len(), "{kept} of {}", after.all.len());
    assert!(after.all.iter().any(|window| after.text(window).contains("added = 5")));
}
