; Captures are explained in language.rs.

(function_definition name: (word) @name body: (_) @body) @definition @scope

(variable_assignment name: (variable_name) @name) @constant

((command name: (command_name) @_command) @import
  (#any-of? @_command "source" "."))

(comment) @comment

[
  (string)
  (raw_string)
  (ansi_c_string)
  (heredoc_body)
  (regex)
] @string

[
  (command_substitution)
  (expansion)
] @code
