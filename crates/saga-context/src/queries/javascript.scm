; Captures are explained in language.rs.

(class_declaration name: (identifier) @name body: (_) @body) @definition @container
(method_definition name: (_) @name body: (_) @body) @definition @scope

[
  (function_declaration name: (identifier) @name body: (_) @body)
  (generator_function_declaration name: (identifier) @name body: (_) @body)
] @definition @scope

(lexical_declaration
  (variable_declarator
    name: (identifier) @name
    value: [
      (arrow_function body: (_) @body)
      (function_expression body: (_) @body)
    ])) @definition @scope

(field_definition
  property: (property_identifier) @name
  value: (arrow_function body: (_) @body)) @definition @scope

(lexical_declaration (variable_declarator name: (identifier) @name)) @constant
(variable_declaration (variable_declarator name: (identifier) @name)) @constant

(import_statement) @import

(comment) @comment

[
  (string)
  (template_string)
  (regex)
] @string

(template_substitution) @code
