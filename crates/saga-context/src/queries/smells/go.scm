; Captures are explained in smells/query.rs. No imports: the compiler refuses unused ones, and a
; package's name need not be the last part of its path.

(function_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function

[
  (if_statement)
  (for_statement)
  (expression_switch_statement)
  (type_switch_statement)
  (select_statement)
] @nest

(if_statement consequence: (block) @arm)
(if_statement alternative: (block) @arm)
(expression_case (statement_list) @case)
(default_case (statement_list) @case)

(binary_expression [(int_literal) (float_literal)] @number)
(const_declaration) @named
(short_var_declaration right: (expression_list (binary_expression) @named))

((function_declaration name: (_) @name body: (_) @body) @public (#match? @name "^[A-Z]"))
((method_declaration name: (_) @name body: (_) @body) @public (#match? @name "^[A-Z]"))
((type_declaration (type_spec name: (_) @name)) @public (#match? @name "^[A-Z]"))

(composite_literal) @table
[(interpreted_string_literal) (raw_string_literal)] @text
(comment) @comment
