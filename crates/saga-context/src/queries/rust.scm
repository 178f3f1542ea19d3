; Captures are explained in language.rs.

(function_item name: (identifier) @name body: (_) @body) @definition @scope
(function_signature_item name: (identifier) @name) @definition
(trait_item name: (type_identifier) @name body: (_) @body) @definition @container
(impl_item body: (_) @body) @container
(mod_item body: (_) @body) @container
(macro_definition name: (identifier) @name) @constant

(struct_item name: (type_identifier) @name) @shape
(enum_item name: (type_identifier) @name) @shape
(union_item name: (type_identifier) @name) @shape
(type_item name: (type_identifier) @name) @shape

(const_item name: (identifier) @name) @constant
(static_item name: (identifier) @name) @constant

[
  (use_declaration)
  (extern_crate_declaration)
] @import

[
  (line_comment)
  (block_comment)
] @comment

[
  (string_literal)
  (raw_string_literal)
  (char_literal)
] @string
