; Captures are explained in language.rs.

[
  (class_declaration name: (name) @name body: (_) @body)
  (interface_declaration name: (name) @name body: (_) @body)
  (trait_declaration name: (name) @name body: (_) @body)
] @definition @container

(enum_declaration name: (name) @name body: (_) @body) @shape @container

[
  (function_definition name: (name) @name body: (_) @body)
  (method_declaration name: (name) @name body: (_) @body)
] @definition @scope

(method_declaration name: (name) @name !body) @definition
(const_declaration (const_element (name) @name)) @constant

[
  (namespace_use_declaration)
  (expression_statement
    [
      (require_expression)
      (require_once_expression)
      (include_expression)
      (include_once_expression)
    ])
] @import

(comment) @comment

[
  (string)
  (encapsed_string)
  (heredoc_body)
  (nowdoc_body)
  (shell_command_expression)
] @string

(encapsed_string (variable_name) @code)
