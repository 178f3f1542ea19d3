; Captures are explained in language.rs.

(class_definition name: (identifier) @name body: (_) @body) @definition @container
(function_definition name: (identifier) @name body: (_) @body) @definition @scope
(expression_statement (assignment left: (identifier) @name)) @constant

[
  (import_statement)
  (import_from_statement)
  (future_import_statement)
] @import

(comment) @comment
(string) @string
(interpolation) @code
