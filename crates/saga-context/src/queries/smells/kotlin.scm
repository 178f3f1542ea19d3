; Captures are explained in smells/query.rs.

(function_declaration
  name: (_) @name
  (function_value_parameters) @parameters
  (function_body (block) @body)) @function

[
  (if_expression)
  (for_statement)
  (while_statement)
  (do_while_statement)
  (when_expression)
  (try_expression)
] @nest

(if_expression (block) @arm)
(when_entry (block) @case)

(binary_expression [(number_literal) (float_literal)] @number)
(property_declaration (binary_expression) @named)

(import (qualified_identifier (identifier) @imported .)) @import

(class_declaration name: (_) @name) @public
(function_declaration name: (_) @name (function_body) @body) @public

((function_declaration (modifiers) @_modifiers) @test (#match? @_modifiers "@(Test|ParameterizedTest|BeforeEach)"))

(collection_literal) @table
[(string_literal) (multiline_string_literal)] @text
[(line_comment) (block_comment)] @comment

(catch_block (block) @handler)
