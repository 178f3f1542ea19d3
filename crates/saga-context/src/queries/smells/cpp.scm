; Captures are explained in smells/query.rs.

(function_definition
  declarator: (function_declarator declarator: (_) @name parameters: (_) @parameters)
  body: (_) @body) @function
(function_definition
  declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name parameters: (_) @parameters))
  body: (_) @body) @function

[
  (if_statement)
  (for_statement)
  (while_statement)
  (do_statement)
  (switch_statement)
  (try_statement)
  (for_range_loop)
] @nest

(if_statement consequence: (compound_statement) @arm)
(else_clause (compound_statement) @arm)
(case_statement) @case

(binary_expression (number_literal) @number)
(init_declarator value: (binary_expression) @named)

(function_definition
  declarator: (function_declarator declarator: (_) @name)
  body: (_) @body) @public

(initializer_list) @table
(string_literal) @text
(comment) @comment

(catch_clause body: (compound_statement) @handler)
