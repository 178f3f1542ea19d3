//! `GET /openapi.json`: the server's calls, described for machines, and `GET /docs`, the same for
//! people.
//!
//! The shapes come from the types that the handlers use; which calls there are is a table beside
//! this file, and a test compares it with the routes.

use std::sync::LazyLock;

use axum::Json;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

mod operations;

use operations::{Answer, Body, Key, Operation};

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

pub(crate) async fn openapi() -> Json<&'static Value> {
    Json(&DOCUMENT)
}

/// The shapes that operations name.
#[derive(Default)]
struct Schemas(Map<String, Value>);

impl Schemas {
    /// A reference to the type's shape, which is described once together with all it holds.
    fn of<T: ToSchema>(&mut self) -> Value {
        let mut held = Vec::new();
        T::schemas(&mut held);
        held.push((T::name().into_owned(), T::schema()));
        for (name, schema) in held {
            self.0.entry(name).or_insert_with(|| json!(schema));
        }
        json!({ "$ref": format!("#/components/schemas/{}", T::name()) })
    }
}

fn document() -> Value {
    let mut schemas = Schemas::default();
    let failure = schemas.of::<saga_protocol::error::ErrorBody>();
    let mut paths = Map::new();
    for operation in operations::all(&mut schemas) {
        let described = described(&operation, &failure);
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "codesaga-proxy",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The team server in front of Ollama.",
            "description": "Errors are `{ \"error\": { \"code\", \"message\", \"type\" } }` with a \
                stable `code`. Once a stream has begun, a failure is an `error` event with the \
                same body.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas.0,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key made by `codesaga-proxy keys add`. Without a keys file \
                        none is needed on this machine.",
                },
            },
        },
    })
}

fn described(operation: &Operation, failure: &Value) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": parameters(operation),
        "responses": {
            operation.status.to_string(): answered(&operation.answers),
            "default": {
                "description": "What went wrong.",
                "content": { "application/json": { "schema": failure } },
            },
        },
    });
    match operation.key {
        Key::None => described["security"] = json!([]),
        // An empty requirement beside it says that it also works without.
        Key::Optional => described["security"] = json!([{}, { "key": [] }]),
        Key::Any => described["security"] = json!([{ "key": [] }]),
        Key::Scope(scope) => {
            described["security"] = json!([{ "key": [] }]);
            described["description"] = json!(format!("Needs a key with the scope `{scope}`."));
        }
    }
    if let Some(job) = &operation.accepted {
        described["responses"]["202"] = json!({
            "description": "It is accepted, and answered at `Location`.",
            "content": { "application/json": { "schema": job } },
        });
    }
    if let Some(Body(schema)) = &operation.body {
        described["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema } },
        });
    }
    described
}

fn answered(answers: &[Answer]) -> Value {
    let mut content = Map::new();
    for answer in answers {
        let (kind, schema) = match answer {
            Answer::Json(schema) => ("application/json", schema.clone()),
            Answer::Events(schema) => ("text/event-stream", schema.clone()),
            Answer::Text(kind) => (*kind, json!({ "type": "string" })),
        };
        content.insert(kind.to_owned(), json!({ "schema": schema }));
    }
    match content.is_empty() {
        true => json!({ "description": "Done." }),
        false => json!({ "description": "The answer.", "content": content }),
    }
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": { "type": "string" },
        }))
    });
    let others = operation.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": parameter.place,
            "description": parameter.what,
            "schema": parameter.schema,
        })
    });
    in_path.chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// `get /path` for each route of the router's source, with this document's spelling of paths.
    fn routes() -> BTreeSet<String> {
        let source = include_str!("http.rs");
        let mut routes = BTreeSet::new();
        for call in source.split(".route(").skip(1) {
            let path = call.split('"').nth(1).expect("a path").replace("{*", "{");
            let handlers = call.split("\n        .").next().expect("the call");
            for method in ["get", "post", "put", "patch", "delete"] {
                let is_named = handlers.split(|c: char| !c.is_alphanumeric() && c != '_');
                // A WebSocket is opened by a GET, or by CONNECT in HTTP/2, which has no words here.
                let names = |word| word == method || (method == "get" && word == "any");
                if is_named.into_iter().any(names) {
                    routes.insert(format!("{method} {path}"));
                }
            }
        }
        routes
    }

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let document = document();
        let paths = document["paths"].as_object().expect("paths");
        let described: BTreeSet<String> = paths
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().expect("methods");
                methods.keys().map(move |method| format!("{method} {path}"))
            })
            .collect();
        let routes: BTreeSet<String> =
            routes().into_iter().filter(|route| !operations::is_no_call(route)).collect();
        assert_eq!(described, routes);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let text = document.to_string();
        let names = text.split("\"#/components/schemas/").skip(1);
        let names: BTreeSet<&str> = names.filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.contains("CompletionRequest") && names.contains("ErrorBody"), "{names:?}");
        for name in names {
            let schema = &document["components"]["schemas"][name];
            assert!(schema.is_object(), "{name}");
        }
    }

    /// Fields that a request has, whichever way its parts are put together.
    fn fields(document: &Value, schema: &Value, found: &mut BTreeSet<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.trim_start_matches("#/components/schemas/");
            fields(document, &document["components"]["schemas"][name], found);
        }
        found.extend(schema["properties"].as_object().into_iter().flat_map(|p| p.keys().cloned()));
        for part in schema["allOf"].as_array().into_iter().flatten() {
            fields(document, part, found);
        }
    }

    #[test]
    fn fields_are_those_of_the_types() {
        let document = document();
        let body = &document["paths"]["/v1/completions"]["post"]["requestBody"];
        let mut found = BTreeSet::new();
        fields(&document, &body["content"]["application/json"]["schema"], &mut found);
        for name in ["model", "prompt", "suffix", "max_tokens", "stop", "stream"] {
            assert!(found.contains(name), "{name} of {found:?}");
        }
    }
}
