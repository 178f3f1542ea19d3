; Captures are explained in language.rs.

[
  (class_declaration name: (identifier) @name body: (_) @body)
  (interface_declaration name: (identifier) @name body: (_) @body)
  (record_declaration name: (identifier) @name body: (_) @body)
  (annotation_type_declaration name: (identifier) @name body: (_) @body)
] @definition @container

(enum_declaration name: (identifier) @name body: (_) @body) @shape @container

[
  (method_declaration name: (identifier) @name body: (_) @body)
  (constructor_declaration name: (identifier) @name body: (_) @body)
  (compact_constructor_declaration name: (identifier) @name body: (_) @body)
] @definition @scope

(method_declaration name: (identifier) @name !body) @definition

(import_declaration) @import

[
  (line_comment)
  (block_comment)
] @comment

[
  (string_literal)
  (character_literal)
] @string

(string_interpolation) @code
