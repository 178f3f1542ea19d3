; Captures are explained in smells/query.rs.

(method_declaration name: (_) @name parameters: (_) @parameters body: (block) @body) @function
(constructor_declaration name: (_) @name body: (_) @body) @function

[
  (if_statement)
  (for_statement)
  (enhanced_for_statement)
  (while_statement)
  (do_statement)
  (switch_expression)
  (try_statement)
  (try_with_resources_statement)
  (synchronized_statement)
] @nest

(if_statement consequence: (block) @arm)
(if_statement alternative: (block) @arm)
(switch_block_statement_group) @case
(switch_rule (block) @case)

(binary_expression [(decimal_integer_literal) (decimal_floating_point_literal)] @number)
(variable_declarator value: (binary_expression) @named)

(import_declaration (scoped_identifier name: (identifier) @imported) .) @import
(import_declaration (scoped_identifier name: (identifier) @imported) . ";") @import

((class_declaration (modifiers) @_modifiers name: (_) @name body: (_) @body) @public
  (#match? @_modifiers "public"))
((interface_declaration (modifiers) @_modifiers name: (_) @name body: (_) @body) @public
  (#match? @_modifiers "public"))
((method_declaration (modifiers) @_modifiers name: (_) @name body: (_) @body) @public
  (#match? @_modifiers "public"))

((method_declaration (modifiers) @_modifiers) @test (#match? @_modifiers "@(Test|ParameterizedTest|BeforeEach)"))

(array_initializer) @table
(string_literal) @text
[(line_comment) (block_comment)] @comment

(catch_clause body: (block) @handler)
