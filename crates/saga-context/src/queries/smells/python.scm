; Captures are explained in smells/query.rs.

(function_definition
  name: (identifier) @name
  parameters: (parameters) @parameters
  body: (block) @body) @function

[
  (if_statement)
  (for_statement)
  (while_statement)
  (try_statement)
  (with_statement)
  (match_statement)
] @nest

(if_statement consequence: (block) @arm)
(elif_clause consequence: (block) @arm)
(if_statement alternative: (else_clause body: (block) @arm))
(case_clause consequence: (block) @case)

(binary_operator [(integer) (float)] @number)
(comparison_operator [(integer) (float)] @number)

(import_statement name: (dotted_name . (identifier) @imported)) @import
(import_statement name: (aliased_import alias: (identifier) @imported)) @import
(import_from_statement name: (dotted_name . (identifier) @imported .)) @import
(import_from_statement name: (aliased_import alias: (identifier) @imported)) @import

(module (function_definition name: (identifier) @name body: (_) @body) @public (#not-match? @name "^_"))
(module (class_definition name: (identifier) @name body: (_) @body) @public (#not-match? @name "^_"))
(class_definition
  body: (block
    (function_definition name: (identifier) @name body: (_) @body) @public)
  (#not-match? @name "^_"))

[(list) (dictionary) (set) (tuple)] @table
(string) @string
(comment) @comment

(except_clause (block) @handler)
