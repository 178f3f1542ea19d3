; Captures are explained in smells/query.rs.

(function_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(generator_function_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_definition name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function parameters: (_) @parameters body: (statement_block) @body)
    (function_expression parameters: (_) @parameters body: (_) @body)
  ]) @function

[
  (if_statement)
  (for_statement)
  (for_in_statement)
  (while_statement)
  (do_statement)
  (switch_statement)
  (try_statement)
] @nest

(if_statement consequence: (statement_block) @arm)
(else_clause (statement_block) @arm)
(switch_case) @case
(switch_default) @case

(binary_expression (number) @number)
(variable_declarator value: (binary_expression) @named)

(import_statement (import_clause (identifier) @imported)) @import
(import_statement (import_clause (namespace_import (identifier) @imported))) @import
(import_statement (import_clause (named_imports (import_specifier !alias name: (identifier) @imported)))) @import
(import_statement (import_clause (named_imports (import_specifier alias: (identifier) @imported)))) @import

(export_statement declaration: (function_declaration name: (_) @name body: (_) @body)) @public
(export_statement declaration: (class_declaration name: (_) @name body: (_) @body)) @public

((call_expression function: (identifier) @_called) @test
  (#match? @_called "^(describe|it|test|suite|beforeEach|afterEach|before|after)$"))

[(array) (object)] @table
(string) @string
(template_string) @text
(comment) @comment

(catch_clause body: (statement_block) @handler)
