//! What OpenAI's API has beside a prompt and its answer: parts, tools, forms, vectors; and what of
//! it is refused, by name.

use expect_test::{Expect, expect};
use scripted_ollama::{Kind, Options, Rule, ScriptedOllama};
use serde_json::{Value, json};

use crate::bench::{Bench, MODEL, RunningProxy, holds};

/// A model server that says its model calls tools, and a proxy before it.
async fn with_tools() -> (ScriptedOllama, RunningProxy) {
    let ollama = ScriptedOllama::start().await;
    let shown = json!({
        "template": "<|im_start|>{{ .Tools }}{{ .Prompt }}<|im_end|>",
        "capabilities": ["completion", "tools"], "model_info": { "llama.context_length": 8192 },
    });
    ollama.script([Rule::on("/api/show").refusing(200, shown)]);
    let proxy = RunningProxy::start(&[&ollama.url()], |_| {}).await;
    // Facts are asked for once, so the rules may change afterwards.
    assert_eq!(proxy.get("/v1/models").await.status(), 200);
    (ollama, proxy)
}

fn weather() -> Value {
    // The order of a schema's properties is the order in which they are answered.
    json!([{ "type": "function", "function": {
        "name": "weather", "description": "The weather now.",
        "parameters": { "type": "object", "properties": { "city": { "type": "string" } } },
    } }])
}

fn said(content: &str) -> Value {
    json!([{ "role": "user", "content": content }])
}

/// What was asked of the model server about this text.
async fn asked(ollama: &ScriptedOllama, text: &str) -> Value {
    ollama.wait_for(|request| holds(request, text)).await.body
}

#[tokio::test]
async fn a_tool_is_offered_called_and_its_answer_understood() {
    let (ollama, proxy) = with_tools().await;
    let call = json!({ "city": "서울" });
    ollama.script([Rule::on("/api/chat").pieces(Vec::<String>::new()).calling("weather", call)]);
    let body = json!({ "messages": said("rain?"), "tools": weather(), "tool_choice": "auto" });
    let whole = proxy.post("/v1/chat/completions", &body).await.json().await;
    let choice = &whole["choices"][0];
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert_eq!(choice["message"]["content"], Value::Null);
    let called = &choice["message"]["tool_calls"][0];
    assert_eq!(called["type"], "function");
    let function = json!({ "name": "weather", "arguments": "{\"city\":\"서울\"}" });
    assert_eq!(called["function"], function);
    assert_eq!(asked(&ollama, "rain?").await["tools"], weather());

    ollama.script([Rule::any().pieces(["Rain."])]);
    let body = json!({ "tools": weather(), "messages": [
        { "role": "developer", "content": "Be brief." },
        { "role": "user", "content": [{ "type": "text", "text": "and" }, { "type": "text", "text": "now?" }] },
        { "role": "assistant", "content": null, "tool_calls": [called] },
        { "role": "tool", "tool_call_id": called["id"], "content": "rain" },
    ] });
    let whole = proxy.post("/v1/chat/completions", &body).await.json().await;
    assert_eq!(whole["choices"][0]["message"]["content"], "Rain.");
    let messages = &asked(&ollama, "Be brief.").await["messages"];
    assert_eq!(messages[0]["role"], "system");
    assert_eq!(messages[1]["content"], "and\nnow?");
    assert_eq!(messages[2]["tool_calls"][0]["function"]["arguments"], json!({ "city": "서울" }));
    assert_eq!(messages[3]["tool_name"], "weather");
}

#[tokio::test]
async fn a_streamed_call_has_its_index_and_id_from_every_kind_of_server() {
    let (ollama, proxy) = with_tools().await;
    let llama_cpp =
        ScriptedOllama::start_with(Options { kind: Kind::OpenAi, ..Options::default() });
    let llama_cpp = llama_cpp.await.expect("a free port");
    let other = RunningProxy::start(&[&llama_cpp.url()], |config| config.model = None).await;
    for (server, proxy) in [(&ollama, &proxy), (&llama_cpp, &other)] {
        let rule = Rule::any().pieces(["Let me look."]);
        server.script([rule.calling("weather", json!({ "city": "a" })).calling("now", json!({}))]);
        let body = json!({ "messages": said("rain?"), "tools": weather(), "stream": true });
        let stream = proxy.post("/v1/chat/completions", &body).await.text().await;
        assert_eq!(
            calls(&stream),
            [
                ("weather".to_owned(), "{\"city\":\"a\"}".to_owned()),
                ("now".to_owned(), "{}".to_owned()),
            ]
        );
        assert!(stream.contains("\"content\":\"Let me look.\""), "{stream}");
        assert!(stream.contains("\"finish_reason\":\"tool_calls\""), "{stream}");
        assert!(stream.ends_with("data: [DONE]\n\n"), "{stream}");
    }
}

/// Names and arguments of the calls in a stream, put together as a client does.
fn calls(stream: &str) -> Vec<(String, String)> {
    let mut calls: Vec<(String, String)> = Vec::new();
    let data = stream.lines().filter_map(|line| line.strip_prefix("data: {"));
    for data in data {
        let chunk: Value = serde_json::from_str(&format!("{{{data}")).expect("JSON");
        for call in chunk["choices"][0]["delta"]["tool_calls"].as_array().into_iter().flatten() {
            let function = &call["function"];
            if call["id"].is_string() {
                let name = function["name"].as_str().expect("a name comes with the id");
                calls.push((name.to_owned(), String::new()));
            }
            let index = call["index"].as_u64().expect("an index");
            assert_eq!(index as usize, calls.len() - 1, "calls come one after the other");
            let arguments = function["arguments"].as_str().unwrap_or_default();
            calls.last_mut().expect("begun").1.push_str(arguments);
        }
    }
    calls
}

/// The form as each kind of server is asked for it.
async fn check_form(wanted: Value, expected: Expect) {
    let bench = Bench::start().await;
    let llama_cpp =
        ScriptedOllama::start_with(Options { kind: Kind::OpenAi, ..Options::default() });
    let llama_cpp = llama_cpp.await.expect("a free port");
    let other = RunningProxy::start(&[&llama_cpp.url()], |config| config.model = None).await;
    // Written as text, because a parsed value would forget the order of the properties.
    let body = format!(
        r#"{{"messages": [{{"role": "user", "content": "form"}}], "response_format": {wanted}}}"#
    );
    let mut seen = Vec::new();
    for (server, proxy) in [(&bench.ollama, &bench.proxy), (&llama_cpp, &other)] {
        server.script([Rule::any().pieces(["{}"])]);
        let request = proxy.request(http::Method::POST, "/v1/chat/completions", body.clone());
        assert_eq!(proxy.send(request).await.status(), 200);
        let asked = asked(server, "form").await;
        seen.push(format!("{} {}\n", asked["format"], asked["response_format"]));
    }
    expected.assert_eq(&seen.concat());
}

#[tokio::test]
async fn the_form_of_an_answer_is_asked_for_in_each_servers_words() {
    check_form(
        json!({ "type": "text" }),
        expect![[r#"
        null null
        null null
    "#]],
    )
    .await;
    check_form(
        json!({ "type": "json_object" }),
        expect![[r#"
        "json" null
        null {"type":"json_object"}
    "#]],
    )
    .await;
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    check_form(
        json!({ "type": "json_schema", "json_schema": { "name": "n", "strict": true, "schema": schema } }),
        expect![[r#"
            {"type":"object","properties":{"a":{"type":"string"}}} null
            null {"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"a":{"type":"string"}}},"strict":true}}
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_not_answered_is_refused_by_name() {
    let bench = Bench::start().await;
    let user = said("x");
    let image = json!([{ "role": "user", "content": [
        { "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } },
    ] }]);
    let call = json!([{ "role": "assistant", "tool_calls": [
        { "id": "1", "type": "function", "function": { "name": "f", "arguments": "{" } },
    ] }]);
    let chat = [
        (json!({ "messages": user, "n": 2 }), "unsupported n"),
        (json!({ "messages": user, "logprobs": true }), "unsupported logprobs"),
        (json!({ "messages": user, "top_logprobs": 3 }), "unsupported top_logprobs"),
        (json!({ "messages": user, "presence_penalty": 3 }), "invalid_request presence_penalty"),
        (
            json!({ "messages": user, "max_completion_tokens": 0 }),
            "invalid_request max_completion_tokens",
        ),
        (json!({ "messages": user, "tools": weather() }), "unsupported ?"),
        (json!({ "messages": user, "tool_choice": "required" }), "invalid_request tool_choice"),
        (
            json!({ "messages": user, "response_format": { "type": "xml" } }),
            "invalid_request response_format.type",
        ),
        (
            json!({ "messages": user, "response_format": { "type": "json_schema" } }),
            "invalid_request response_format.json_schema.schema",
        ),
        (json!({ "messages": image }), "invalid_request messages[0].content"),
        (
            json!({ "messages": call }),
            "invalid_request messages[0].tool_calls[0].function.arguments",
        ),
        (
            json!({ "messages": [{ "role": "tool", "content": "x" }] }),
            "invalid_request messages[0].tool_call_id",
        ),
    ];
    let completions = [
        (json!({ "prompt": "x", "logprobs": 1 }), "unsupported logprobs"),
        (json!({ "prompt": "x", "echo": true }), "unsupported echo"),
        (json!({ "prompt": "x", "best_of": 2 }), "unsupported best_of"),
        (json!({ "prompt": ["x", "y"] }), "invalid_request prompt"),
        (json!({ "prompt": [1, 2] }), "invalid_request prompt[0]"),
    ];
    let embeddings = [
        (json!({ "input": [] }), "invalid_request input"),
        (json!({ "input": [[1, 2]] }), "invalid_request input[0]"),
        (json!({ "input": "" }), "invalid_request input[0]"),
        (json!({ "input": "x", "encoding_format": "hex" }), "invalid_request encoding_format"),
        // As recorded: this Ollama makes no vectors with a model that writes.
        (json!({ "input": "x" }), "unsupported ?"),
    ];
    let calls = [
        ("/v1/chat/completions", chat.to_vec()),
        ("/v1/completions", completions.to_vec()),
        ("/v1/embeddings", embeddings.to_vec()),
    ];
    for (path, wrong) in calls {
        for (body, expected) in wrong {
            let answer = bench.proxy.post(path, &body).await;
            assert_eq!(answer.status(), 400, "{path} {body}");
            let error = &answer.json().await["error"];
            let seen = format!(
                "{} {}",
                error["code"].as_str().unwrap_or("?"),
                error["param"].as_str().unwrap_or("?")
            );
            assert_eq!(seen, expected, "{path} {body}");
        }
    }
}

#[tokio::test]
async fn null_means_that_a_field_is_absent_and_unknown_fields_are_ignored() {
    let bench = Bench::start().await;
    bench.ollama.script([Rule::any().pieces(["a"])]);
    let body = json!({
        "model": null, "messages": said("x"), "stream": null, "stop": null, "tools": null,
        "tool_choice": "auto", "response_format": null, "n": 1, "logprobs": null, "user": "me",
        "temperature": null, "stream_options": null, "metadata": { "a": 1 }, "store": false,
    });
    assert_eq!(bench.proxy.post("/v1/chat/completions", &body).await.status(), 200);
    let body = json!({ "prompt": ["x"], "suffix": null, "logprobs": null, "echo": null });
    assert_eq!(bench.proxy.post("/v1/completions", &body).await.status(), 200);
}

#[tokio::test]
async fn vectors_come_in_the_order_of_the_texts_as_numbers_or_base64() {
    let bench = Bench::start().await;
    let answer = json!({ "embeddings": [[1.0, -2.5], [0.5, 0.25]], "prompt_eval_count": 4 });
    bench.ollama.script([Rule::on("/api/embed").refusing(200, answer)]);
    let body = json!({ "model": MODEL, "input": ["x", "y"], "dimensions": 2 });
    let whole = bench.proxy.post("/v1/embeddings", &body).await.json().await;
    assert_eq!(whole["data"][1]["embedding"], json!([0.5, 0.25]));
    assert_eq!(whole["data"][1]["index"], 1);
    assert_eq!(whole["usage"], json!({ "prompt_tokens": 4, "total_tokens": 4 }));
    let sent = &bench.ollama.requests_to("/api/embed")[0].body;
    expect![[r#"{"model":"bllossom-shape:latest","input":["x","y"],"dimensions":2,"truncate":false,"keep_alive":1800,"options":{"num_ctx":8192}}"#]]
    .assert_eq(&sent.to_string());

    let body = json!({ "input": ["x", "y"], "encoding_format": "base64" });
    let whole = bench.proxy.post("/v1/embeddings", &body).await.json().await;
    assert_eq!(whole["data"][0]["embedding"], "AACAPwAAIMA=");

    // Fewer vectors than texts are no answer.
    bench.ollama.script([Rule::on("/api/embed").refusing(200, json!({ "embeddings": [[1.0]] }))]);
    let refusal = bench.proxy.post("/v1/embeddings", &body).await.refusal().await;
    assert!(refusal.starts_with("502 upstream_failed"), "{refusal}");
}
