(export_statement declaration: (interface_declaration name: (_) @name body: (_) @body)) @public
(export_statement declaration: (type_alias_declaration name: (_) @name)) @public
