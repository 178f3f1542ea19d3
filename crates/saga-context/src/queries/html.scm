; Captures are explained in language.rs. An element's body is taken to be its opening tag, which
; is all that its header is.

(element (start_tag) @body) @container
(script_element (start_tag) @body) @container
(style_element (start_tag) @body) @container

(comment) @comment

(quoted_attribute_value) @string
