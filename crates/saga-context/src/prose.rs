//! Text that is written for people: under which headings a place stands, and whether it is code
//! that is quoted there. Read from the text alone, which in prose is never half-written.

/// Headings that hold the end of `prefix`, outermost first.
pub(crate) fn headings(prefix: &str) -> Vec<String> {
    let mut headings: Vec<(usize, String)> = Vec::new();
    let mut fence = None;
    // A heading that is still being written holds nothing yet.
    let above = prefix.rsplit_once('\n').map_or("", |(above, _)| above);
    for line in above.lines() {
        step_over_fence(&mut fence, line);
        let level = line.len() - line.trim_start_matches('#').len();
        let is_heading = (1..=6).contains(&level) && line[level..].starts_with(' ');
        if fence.is_none() && is_heading {
            headings.retain(|(outer, _)| *outer < level);
            headings.push((level, line.trim_end().to_owned()));
        }
    }
    headings.into_iter().map(|(_, heading)| heading).collect()
}

/// Whether a fence is open at the end of `prefix`.
pub(crate) fn ends_in_fence(prefix: &str) -> bool {
    let mut fence = None;
    for line in prefix.lines() {
        step_over_fence(&mut fence, line);
    }
    fence.is_some()
}

/// `fence` is the one that is open: only one of the same kind closes it.
fn step_over_fence(fence: &mut Option<&'static str>, line: &str) {
    let line = line.trim_start_matches([' ', '>']);
    let Some(found) = ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence)) else {
        return;
    };
    match fence {
        None => *fence = Some(found),
        Some(open) if *open == found => *fence = None,
        Some(_) => {}
    }
}
