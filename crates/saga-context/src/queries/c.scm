; Captures are explained in language.rs. A pointer that is returned wraps the declarator.

(function_definition
  declarator: [
    (function_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
    (pointer_declarator
      declarator: (pointer_declarator
        declarator: (function_declarator declarator: (identifier) @name)))
  ]
  body: (_) @body) @definition @scope

(declaration
  declarator: [
    (function_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
  ]) @definition

(struct_specifier name: (type_identifier) @name body: (_) @body) @shape @container
(union_specifier name: (type_identifier) @name body: (_) @body) @shape @container
(enum_specifier name: (type_identifier) @name body: (_)) @shape
(type_definition declarator: (type_identifier) @name) @shape

(preproc_def name: (identifier) @name) @constant
(preproc_function_def name: (identifier) @name) @constant

(declaration
  declarator: (init_declarator
    declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (array_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name))
    ])) @constant

(preproc_include) @import

(comment) @comment

[
  (string_literal)
  (char_literal)
  (system_lib_string)
] @string
