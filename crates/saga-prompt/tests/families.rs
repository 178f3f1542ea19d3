//! Completion prompts of every family of chat templates, to the blank.

use expect_test::expect;
use saga_domain::{Context, Fim, ModelFacts, Prompt, TemplateFamily};
use saga_prompt::{Anchor, Budget, CompletionAsk, completion};

const RULES: &str = include_str!("../src/prompts/complete.system.txt");

fn prompt_for(template: TemplateFamily) -> (String, Vec<String>) {
    let facts =
        ModelFacts { name: "any".to_owned(), template, fim: Fim::None, context_tokens: 8192 };
    let context = Context {
        path: "shop/cart.py".to_owned(),
        language: "python".to_owned(),
        prefix: "x =".to_owned(),
        ..Context::default()
    };
    let budget = Budget::for_completion(&facts, None);
    let ask = CompletionAsk { facts: &facts, context: &context, one_line: false, budget };
    let asked = completion(&ask, &mut Anchor::default());
    let Prompt::Raw(prompt) = asked.prompt else { panic!("{} is not prefilled", template.name()) };
    (prompt, asked.stop)
}

#[test]
fn every_family_has_its_own_turns() {
    let mut families: Vec<TemplateFamily> = TemplateFamily::known().collect();
    families.dedup();
    let written: String = families
        .into_iter()
        .map(|family| {
            let (prompt, stop) = prompt_for(family);
            format!("{}: {:?} {stop:?}\n", family.name(), prompt.replace(RULES.trim_end(), "RULES"))
        })
        .collect();
    expect![[r####"
        llama3: "<|start_header_id|>system<|end_header_id|>\n\nRULES<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWrite the code of shop/cart.py.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n```python\nx" ["<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|reserved_special_token", "\n```"]
        chatml: "<|im_start|>system\nRULES<|im_end|>\n<|im_start|>user\nWrite the code of shop/cart.py.<|im_end|>\n<|im_start|>assistant\n```python\nx" ["<|im_end|>", "<|im_start|>", "<|endoftext|>", "\n```"]
        gemma: "<start_of_turn>user\nRULES\n\nWrite the code of shop/cart.py.<end_of_turn>\n<start_of_turn>model\n```python\nx" ["<end_of_turn>", "<start_of_turn>", "\n```"]
        llama2: "[INST] <<SYS>>\nRULES\n<</SYS>>\n\nWrite the code of shop/cart.py. [/INST] ```python\nx" ["[INST]", "[/INST]", "<<SYS>>", "\n```"]
        mistral-v1: "[INST] RULES\n\nWrite the code of shop/cart.py. [/INST] ```python\nx" ["[INST]", "[/INST]", "\n```"]
        mistral-v3: "[INST] RULES\n\nWrite the code of shop/cart.py.[/INST] ```python\nx" ["[INST]", "[/INST]", "\n```"]
        mistral-tekken: "[INST]RULES\n\nWrite the code of shop/cart.py.[/INST]```python\nx" ["[INST]", "[/INST]", "\n```"]
        mistral-v7: "[SYSTEM_PROMPT]RULES[/SYSTEM_PROMPT][INST]Write the code of shop/cart.py.[/INST]```python\nx" ["[INST]", "[/INST]", "[SYSTEM_PROMPT]", "\n```"]
        phi3: "<|system|>\nRULES<|end|>\n<|user|>\nWrite the code of shop/cart.py.<|end|>\n<|assistant|>\n```python\nx" ["<|end|>", "<|user|>", "<|endoftext|>", "\n```"]
        phi4: "<|im_start|>system<|im_sep|>RULES<|im_end|><|im_start|>user<|im_sep|>Write the code of shop/cart.py.<|im_end|><|im_start|>assistant<|im_sep|>```python\nx" ["<|im_end|>", "<|im_start|>", "<|endoftext|>", "\n```"]
        phi4-mini: "<|system|>RULES<|end|><|user|>Write the code of shop/cart.py.<|end|><|assistant|>```python\nx" ["<|end|>", "<|user|>", "<|endoftext|>", "\n```"]
        deepseek-coder: "RULES\n### Instruction:\nWrite the code of shop/cart.py.\n### Response:\n```python\nx" ["<|EOT|>", "### Instruction:", "\n```"]
        deepseek: "RULES<｜User｜>Write the code of shop/cart.py.<｜Assistant｜>```python\nx" ["<｜end▁of▁sentence｜>", "<｜User｜>", "\n```"]
        command-r: "<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>RULES<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Write the code of shop/cart.py.<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>```python\nx" ["<|END_OF_TURN_TOKEN|>", "<|START_OF_TURN_TOKEN|>", "\n```"]
        granite: "<|start_of_role|>system<|end_of_role|>RULES<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Write the code of shop/cart.py.<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>```python\nx" ["<|end_of_text|>", "<|start_of_role|>", "\n```"]
        exaone: "[|system|]RULES[|endofturn|]\n[|user|]Write the code of shop/cart.py.\n[|assistant|]```python\nx" ["[|endofturn|]", "[|user|]", "\n```"]
    "####]].assert_eq(&written);
}
