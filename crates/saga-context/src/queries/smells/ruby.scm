; Captures are explained in smells/query.rs. What is public depends on calls above a method.

(method name: (_) @name parameters: (method_parameters) @parameters body: (_) @body) @function
(method name: (_) @name !parameters body: (_) @body) @function
(singleton_method name: (_) @name parameters: (method_parameters) @parameters body: (_) @body) @function
(singleton_method name: (_) @name !parameters body: (_) @body) @function

[
  (if)
  (unless)
  (while)
  (until)
  (for)
  (case)
  (begin)
] @nest

(if consequence: (then) @arm)
(elsif consequence: (then) @arm)
(else) @arm
(when body: (then) @case)

(binary [(integer) (float)] @number)
(assignment right: (binary) @named)

[(array) (hash)] @table
(string) @string
(heredoc_body) @text
(comment) @comment
