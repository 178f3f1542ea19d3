; Captures are explained in language.rs. A struct and an extension are classes to this grammar.

(class_declaration name: (type_identifier) @name body: (class_body) @body) @definition @container
(class_declaration name: (user_type) body: (_) @body) @container
(class_declaration name: (type_identifier) @name body: (enum_class_body) @body) @shape @container
(protocol_declaration name: (type_identifier) @name body: (_) @body) @shape @container
(protocol_function_declaration name: (simple_identifier) @name) @definition

(function_declaration name: (simple_identifier) @name body: (_) @body) @definition @scope
(init_declaration "init" @name body: (_) @body) @definition @scope
(deinit_declaration body: (_) @body) @scope

(typealias_declaration name: (type_identifier) @name) @shape
(property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @constant

(import_declaration) @import

[
  (comment)
  (multiline_comment)
] @comment

[
  (line_string_literal)
  (multi_line_string_literal)
  (raw_string_literal)
  (regex_literal)
] @string

(interpolated_expression) @code
