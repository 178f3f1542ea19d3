; Captures are explained in language.rs. An anchor is named by its aliases.

(block_mapping_pair key: (_) value: (block_node) @body) @container
(block_mapping_pair key: (_) !value) @container
(block_mapping_pair value: (block_node (anchor (anchor_name) @name))) @shape

(comment) @comment

[
  (single_quote_scalar)
  (double_quote_scalar)
] @string
