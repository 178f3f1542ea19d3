; Captures are explained in smells/query.rs.

(function_definition name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function

[
  (if_statement)
  (for_statement)
  (foreach_statement)
  (while_statement)
  (do_statement)
  (switch_statement)
  (try_statement)
] @nest

(if_statement body: (compound_statement) @arm)
(else_if_clause body: (compound_statement) @arm)
(else_clause body: (compound_statement) @arm)
(case_statement) @case
(default_statement) @case

(binary_expression [(integer) (float)] @number)
(const_declaration) @named
(assignment_expression right: (binary_expression) @named)

(namespace_use_declaration (namespace_use_clause !alias (qualified_name (name) @imported))) @import
(namespace_use_declaration (namespace_use_clause alias: (name) @imported)) @import

(function_definition name: (_) @name body: (_) @body) @public
(method_declaration name: (_) @name body: (_) @body) @public
(class_declaration name: (_) @name body: (_) @body) @public

(array_creation_expression) @table
[(string) (encapsed_string)] @string
[(heredoc) (nowdoc)] @text
(comment) @comment

(catch_clause body: (compound_statement) @handler)
