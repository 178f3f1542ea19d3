; Captures are explained in language.rs.

(namespace_declaration body: (_) @body) @container

[
  (class_declaration name: (identifier) @name body: (_) @body)
  (interface_declaration name: (identifier) @name body: (_) @body)
  (record_declaration name: (identifier) @name body: (_) @body)
] @definition @container

(struct_declaration name: (identifier) @name body: (_) @body) @shape @container
(record_declaration name: (identifier) @name !body) @definition
(enum_declaration name: (identifier) @name) @shape
(delegate_declaration name: (identifier) @name) @definition

[
  (method_declaration name: (identifier) @name body: (_) @body)
  (constructor_declaration name: (identifier) @name body: (_) @body)
  (local_function_statement name: (identifier) @name body: (_) @body)
] @definition @scope

(operator_declaration body: (_) @body) @scope
(method_declaration name: (identifier) @name !body) @definition
(property_declaration name: (identifier) @name accessors: (_) @body) @definition @scope
(property_declaration name: (identifier) @name value: (_) @body) @definition

(using_directive) @import

(comment) @comment

[
  (string_literal)
  (verbatim_string_literal)
  (raw_string_literal)
  (interpolated_string_expression)
  (character_literal)
] @string

(interpolation) @code
