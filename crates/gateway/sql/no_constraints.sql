SELECT NULL::TEXT AS conname, NULL::TEXT AS contype, NULL::TEXT AS colnames, NULL::TEXT AS fschema, NULL::TEXT AS ftable, NULL::TEXT AS fcolnames WHERE false
