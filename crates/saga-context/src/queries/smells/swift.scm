; Captures are explained in smells/query.rs. No imports: what one brings in is used without its name. No parameters:
; they are passed by theirs.

(function_declaration name: (simple_identifier) @name body: (function_body) @body) @function
(init_declaration name: "init" @name body: (function_body) @body) @function

[
  (if_statement)
  (for_statement)
  (while_statement)
  (repeat_while_statement)
  (switch_statement)
  (do_statement)
] @nest

(if_statement (statements) @arm)
(switch_entry) @case

(additive_expression [(integer_literal) (real_literal)] @number)
(multiplicative_expression [(integer_literal) (real_literal)] @number)
(comparison_expression [(integer_literal) (real_literal)] @number)
(equality_expression [(integer_literal) (real_literal)] @number)
(property_declaration value: [(additive_expression) (multiplicative_expression)] @named)

((class_declaration (modifiers) @_modifiers name: (_) @name body: (_) @body) @public
  (#match? @_modifiers "public|open"))
((protocol_declaration (modifiers) @_modifiers name: (_) @name body: (_) @body) @public
  (#match? @_modifiers "public"))
((function_declaration (modifiers) @_modifiers name: (simple_identifier) @name body: (_) @body) @public
  (#match? @_modifiers "public|open"))

((function_declaration (modifiers) @_modifiers) @test (#match? @_modifiers "@Test"))

[(array_literal) (dictionary_literal)] @table
[(line_string_literal) (multi_line_string_literal) (raw_string_literal)] @text
[(comment) (multiline_comment)] @comment
