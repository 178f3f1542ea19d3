; Captures are explained in language.rs.

(function_declaration name: (identifier) @name body: (_) @body) @definition @scope
(method_declaration name: (field_identifier) @name body: (_) @body) @definition @scope

(type_declaration
  .
  (type_spec
    name: (type_identifier) @name
    type: (struct_type (field_declaration_list) @body))
  .) @shape @container

(type_declaration . (type_spec name: (type_identifier) @name) .) @shape
(type_declaration . (type_alias name: (type_identifier) @name) .) @shape
(type_declaration "(" (type_spec name: (type_identifier) @name) @shape)

(const_declaration . (const_spec name: (identifier) @name) .) @constant
(const_declaration "(" (const_spec name: (identifier) @name) @constant)
(var_declaration (var_spec name: (identifier) @name)) @constant
(var_spec_list (var_spec name: (identifier) @name) @constant)

(import_declaration) @import

(comment) @comment

[
  (interpreted_string_literal)
  (raw_string_literal)
  (rune_literal)
] @string
