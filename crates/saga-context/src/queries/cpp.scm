; Captures are explained in language.rs. What is returned by pointer or reference wraps the
; declarator.

(namespace_definition body: (_) @body) @container

(class_specifier name: (type_identifier) @name body: (_) @body) @definition @container
(struct_specifier name: (type_identifier) @name body: (_) @body) @shape @container
(union_specifier name: (type_identifier) @name body: (_) @body) @shape @container
(enum_specifier name: (type_identifier) @name body: (_)) @shape
(concept_definition name: (identifier) @name) @shape

(function_definition
  declarator: [
    (function_declarator
      declarator: [
        (identifier) @name
        (field_identifier) @name
        (operator_name) @name
        (destructor_name) @name
        (qualified_identifier name: (_) @name)
      ])
    (pointer_declarator
      declarator: (function_declarator
        declarator: [
          (identifier) @name
          (field_identifier) @name
          (qualified_identifier name: (_) @name)
        ]))
    (reference_declarator
      (function_declarator
        declarator: [
          (identifier) @name
          (field_identifier) @name
          (operator_name) @name
          (qualified_identifier name: (_) @name)
        ]))
  ]
  body: (_) @body) @definition @scope

[
  (declaration
    declarator: [
      (function_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
      (reference_declarator (function_declarator declarator: (identifier) @name))
    ])
  (field_declaration
    declarator: [
      (function_declarator declarator: (field_identifier) @name)
      (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name))
      (reference_declarator (function_declarator declarator: (field_identifier) @name))
    ])
] @definition

(alias_declaration name: (type_identifier) @name) @shape
(type_definition declarator: (type_identifier) @name) @shape

(preproc_def name: (identifier) @name) @constant
(preproc_function_def name: (identifier) @name) @constant

(declaration
  declarator: (init_declarator
    declarator: [
      (identifier) @name
      (pointer_declarator declarator: (identifier) @name)
      (array_declarator declarator: (identifier) @name)
    ])) @constant

[
  (preproc_include)
  (using_declaration)
] @import

(comment) @comment

[
  (string_literal)
  (raw_string_literal)
  (char_literal)
  (system_lib_string)
] @string
