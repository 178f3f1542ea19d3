; Captures are explained in language.rs. Headings are read by prose.rs.

[
  (fenced_code_block)
  (indented_code_block)
  (html_block)
  (minus_metadata)
  (plus_metadata)
] @code
