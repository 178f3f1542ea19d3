; Captures are explained in language.rs. Data defines nothing that code could name.

(pair key: (string) value: (object) @body) @container
(pair key: (string) value: (array) @body) @container

(comment) @comment
(string) @string
