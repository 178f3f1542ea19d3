//! What a question sees of the document: a choice taken already, the cells above, control tokens,
//! and how much of an answer is worth its time.

use crate::world::{COMPLETIONS, World};
use expect_test::expect;
use saga_domain::{ByteOffset, Span, TextEdit, Trigger, control};
use scripted_ollama::Rule;

#[tokio::test]
async fn an_answer_begins_with_the_choice_of_the_suggest_widget() {
    let world = World::new("//- /a.py\nimport os\nos.pa$0\n").await;
    world.answers(&[".path.join(root)"]);
    let choose = |chosen: &str| {
        let text = chosen.to_owned();
        let span = Span { start: ByteOffset(13), end: world.cursor() };
        world.ask_with(|ask| ask.selected = Some(TextEdit { span, text }))
    };
    expect![[r#"
        completion 13..15 "path.join(root)"
        done
    "#]]
    .assert_eq(&world.told(&choose("path")).await);
    expect![[r#"
        completion 13..15 "path.join(root)"
        done from the cache
    "#]]
    .assert_eq(&world.told(&choose("path")).await);
    assert!(!world.prompts()[0].ends_with("os.path"), "{}", world.prompts()[0]);
}

#[tokio::test]
async fn the_cells_above_stand_before_a_cell() {
    let fixture = "\
//- /cell3.py
plot($0)

//- /cell1.py
import numpy as np

//- /cell2.py
values = np.arange(10)

//- /notes.md
# Plots
";
    let world = World::new(fixture).await;
    world.answers(&["plot(values"]);
    let above = ["cell1.py", "notes.md", "cell2.py", "gone.py"].map(str::to_owned).to_vec();
    world.told(&world.ask_with(|ask| ask.above = above)).await;
    let prompt = &world.prompts()[0];
    assert!(prompt.contains("import numpy as np\n\nvalues = np.arange(10)\n\n"), "{prompt}");
    assert!(!prompt.contains("# Plots"), "{prompt}");
}

#[tokio::test]
async fn control_tokens_in_a_file_go_and_come_back() {
    let fixture = "//- /a.py\nEND = \"<|eot_id|>\"\nSTOP = $0\n";
    let world = World::with_model(fixture, "llama3").await;
    let token = control::neutralise("<|eot_id|>").into_owned();
    world.answers(&[" \"", &token, "\""]);
    expect![[r#"
        completion 26..26 "\"<|eot_id|>\""
        done
    "#]]
    .assert_eq(&world.complete().await);
    let prompt = &world.prompts()[0];
    assert!(prompt.contains(&format!("END = \"{token}\"")), "{prompt}");
}

const BLOCK: [&str; 12] = [
    " for",
    " item",
    " in",
    " items:\n",
    "        if",
    " item:\n",
    "            total",
    " +=",
    " item\n",
    "    return",
    " total",
    "\n",
];

/// A block from a server that was seen to write so many tokens a second.
async fn block_at(tokens_per_second: f64) -> String {
    let mut world = World::new("//- /a.py\nname = $0\n\n\ndef add(items):\n    total = 0\n").await;
    let words = " one + two + three + four".split_inclusive(' ').map(str::to_owned);
    let paced = Rule::on(COMPLETIONS).pieces(words).speed(100_000.0, tokens_per_second).times(1);
    world.script([paced, Rule::on(COMPLETIONS).pieces(BLOCK).burst()]);
    world.told(&world.ask(Trigger::Invoke)).await;
    assert!(world.stats().tokens_per_second_median.is_some());
    world.move_to("name = \n\n\ndef add(items):\n    total = 0\n".len());
    world.type_text("    ");
    world.complete().await
}

#[tokio::test]
async fn a_block_is_whole_however_slow_the_server_is() {
    let whole = block_at(100.0).await;
    assert!(whole.contains("return total"), "{whole}");
    assert_eq!(block_at(30.0).await, whole);
    assert_eq!(block_at(5.0).await, whole);
}
