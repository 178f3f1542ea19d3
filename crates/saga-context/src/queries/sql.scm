; Captures are explained in language.rs. Every constant is a `literal` to this grammar.

(create_table (object_reference name: (identifier) @name)) @shape
(create_type (object_reference name: (identifier) @name)) @shape
(create_view (object_reference name: (identifier) @name)) @shape
(create_materialized_view (object_reference name: (identifier) @name)) @shape
(create_function
  (object_reference name: (identifier) @name)
  (function_body) @body) @definition @scope

[
  (comment)
  (marginalia)
] @comment

((literal) @string
  (#match? @string "^[^0-9.+-]"))
