; Captures are explained in smells/query.rs.

(method_declaration name: (_) @name parameters: (_) @parameters body: (block) @body) @function
(local_function_statement name: (_) @name parameters: (_) @parameters body: (block) @body) @function
(constructor_declaration name: (_) @name body: (block) @body) @function

[
  (if_statement)
  (for_statement)
  (foreach_statement)
  (while_statement)
  (do_statement)
  (switch_statement)
  (try_statement)
  (lock_statement)
  (using_statement)
] @nest

(if_statement consequence: (block) @arm)
(if_statement alternative: (block) @arm)
(switch_section) @case

(binary_expression [(integer_literal) (real_literal)] @number)
(variable_declarator (binary_expression) @named)

((class_declaration (modifier) @_modifier name: (_) @name body: (_) @body) @public (#eq? @_modifier "public"))
((interface_declaration (modifier) @_modifier name: (_) @name body: (_) @body) @public (#eq? @_modifier "public"))
((method_declaration (modifier) @_modifier name: (_) @name body: (_) @body) @public (#eq? @_modifier "public"))

((method_declaration (attribute_list) @_attributes) @test (#match? @_attributes "Test|Fact|Theory"))

[(initializer_expression) (collection_expression)] @table
[(string_literal) (verbatim_string_literal) (raw_string_literal) (interpolated_string_expression)] @text
(comment) @comment

(catch_clause body: (block) @handler)
