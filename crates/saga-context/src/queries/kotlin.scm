; Captures are explained in language.rs.

(class_declaration name: (identifier) @name (class_body) @body) @definition @container
(class_declaration name: (identifier) @name (enum_class_body) @body) @shape @container
(class_declaration name: (identifier) @name) @shape
(object_declaration name: (identifier) @name (class_body) @body) @definition @container
(object_declaration name: (identifier) @name) @shape
(companion_object (class_body) @body) @container

(function_declaration name: (identifier) @name (function_body) @body) @definition @scope
(function_declaration name: (identifier) @name) @definition

(type_alias type: (identifier) @name) @shape
(property_declaration (variable_declaration (identifier) @name)) @constant

(import) @import

[
  (line_comment)
  (block_comment)
] @comment

[
  (string_literal)
  (multiline_string_literal)
  (character_literal)
] @string

(interpolation) @code
