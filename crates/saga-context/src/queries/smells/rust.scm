; Captures are explained in smells/query.rs. No imports: a trait's is used without its name.

(function_item name: (_) @name parameters: (_) @parameters body: (_) @body) @function

[
  (if_expression)
  (match_expression)
  (for_expression)
  (while_expression)
  (loop_expression)
] @nest

(if_expression consequence: (block) @arm)
(else_clause (block) @arm)
(match_arm value: (block) @case)

(binary_expression [(integer_literal) (float_literal)] @number)
(let_declaration value: (binary_expression) @named)
(const_item) @named

((function_item (visibility_modifier) @_visible name: (_) @name body: (_) @body) @public (#eq? @_visible "pub"))
((struct_item (visibility_modifier) @_visible name: (_) @name) @public (#eq? @_visible "pub"))
((enum_item (visibility_modifier) @_visible name: (_) @name) @public (#eq? @_visible "pub"))
((trait_item (visibility_modifier) @_visible name: (_) @name) @public (#eq? @_visible "pub"))
((type_item (visibility_modifier) @_visible name: (_) @name) @public (#eq? @_visible "pub"))

((attribute_item) @_attribute . (mod_item) @test (#match? @_attribute "cfg\\(test"))
((attribute_item) @_attribute . (function_item) @test (#match? @_attribute "test"))

(array_expression) @table
[(string_literal) (raw_string_literal)] @text
[(line_comment) (block_comment)] @comment

(try_expression) @passed
((call_expression function: (field_expression field: (field_identifier) @_call)) @unwrapped (#eq? @_call "unwrap"))
