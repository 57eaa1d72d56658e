-- Comments of the warehouse as PostgreSQL keeps them: by the number of the table, and of the column or 0.
SELECT c.oid AS objoid, class.oid AS classoid, CAST(coalesce(a.attnum, 0) AS INT) AS objsubid, m.comment AS description
FROM public.comments m
JOIN pg_catalog.pg_namespace n ON n.nspname = m.table_schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = m.table_name
JOIN pg_catalog.pg_class class ON class.relname = 'pg_class'
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = m.column_name
WHERE (m.column_name IS NULL) = (a.attnum IS NULL)
