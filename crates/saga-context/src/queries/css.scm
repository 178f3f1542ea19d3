; Captures are explained in language.rs.

[
  (rule_set (block) @body)
  (media_statement (block) @body)
  (supports_statement (block) @body)
  (at_rule (block) @body)
  (keyframes_statement (keyframe_block_list) @body)
] @container

(import_statement) @import

[
  (comment)
  (js_comment)
] @comment

(string_value) @string
