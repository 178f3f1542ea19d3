; Captures are explained in language.rs.

(class name: [(constant) (scope_resolution)] @name body: (_)? @body) @definition @container
(module name: [(constant) (scope_resolution)] @name body: (_)? @body) @definition @container
(singleton_class body: (_)? @body) @container

(method name: (_) @name body: (_)? @body) @definition @scope
(singleton_method name: (_) @name body: (_)? @body) @definition @scope

(assignment left: (constant) @name) @constant

((call method: (identifier) @_method) @import
  (#any-of? @_method "require" "require_relative" "load" "using"))

(comment) @comment

[
  (string)
  (heredoc_body)
  (regex)
  (subshell)
  (string_array)
  (symbol_array)
] @string

(interpolation) @code
