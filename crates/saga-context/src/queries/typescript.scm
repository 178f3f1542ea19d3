; Captures are explained in language.rs. The same queries serve TypeScript and TSX.

[
  (class_declaration name: (type_identifier) @name body: (_) @body)
  (abstract_class_declaration name: (type_identifier) @name body: (_) @body)
  (internal_module name: (_) @name body: (_) @body)
] @definition @container

(method_definition name: (_) @name body: (_) @body) @definition @scope
(abstract_method_signature name: (_) @name) @definition
(function_signature name: (identifier) @name) @definition

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

(public_field_definition
  name: (property_identifier) @name
  value: (arrow_function body: (_) @body)) @definition @scope

(interface_declaration name: (type_identifier) @name) @shape
(type_alias_declaration name: (type_identifier) @name) @shape
(enum_declaration name: (identifier) @name) @shape

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
