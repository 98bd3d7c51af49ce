/// Sequences near the end of what they, or the columns they feed, can hold.
enum SequenceTraps {
  static let nearEnd = [
    "public.n_bounded", "public.n_descending", "public.n_domain_seq", "public.n_named", "public.n_owned_seq",
    "public.n_small_id_seq", "public.n_unused",
  ]

  static let statements = [
    // An 8-byte sequence in a 4-byte column that owns it.
    "CREATE TABLE n_owned (id int)", "CREATE SEQUENCE n_owned_seq OWNED BY n_owned.id",
    "SELECT setval('n_owned_seq', 2100000000)",
    // The same where only a default names it, beside a column that has room.
    "CREATE SEQUENCE n_named",
    "CREATE TABLE n_two (id int DEFAULT nextval('n_named'), wide bigint DEFAULT nextval('n_named'))",
    "SELECT setval('n_named', 2000000000)",
    "CREATE TABLE n_small (id smallserial)", "SELECT setval('n_small_id_seq', 32000)",
    "CREATE SEQUENCE n_descending AS int INCREMENT -1 MINVALUE -1000 MAXVALUE -1",
    "SELECT setval('n_descending', -950)",
    "CREATE SEQUENCE n_bounded MAXVALUE 1000", "SELECT setval('n_bounded', 950)",
    "CREATE SEQUENCE n_unused AS smallint INCREMENT 10 MAXVALUE 100 START 92",
    "CREATE DOMAIN number AS int", "CREATE DOMAIN number_of_number AS number", "CREATE SEQUENCE n_domain_seq",
    "CREATE TABLE n_domain (id number_of_number DEFAULT nextval('n_domain_seq'))",
    "SELECT setval('n_domain_seq', 2100000000)",
    // Those have room.
    "CREATE SEQUENCE f_cycles MAXVALUE 100 CYCLE", "SELECT setval('f_cycles', 99)", "CREATE SEQUENCE f_fresh",
    "CREATE TABLE f_big (id bigint GENERATED ALWAYS AS IDENTITY)", "SELECT setval('f_big_id_seq', 2100000000)",
    "CREATE SEQUENCE f_middle MAXVALUE 1000", "SELECT setval('f_middle', 500)",
    "CREATE SEQUENCE f_whole_range MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807",
    "SELECT setval('f_whole_range', 0)",
  ]
}

/// Tables with and without keys, validated constraints, waste and scans.
enum TableTraps {
  static let statements = [
    "CREATE TABLE keyless (a int, b int UNIQUE)", "CREATE TABLE candidate (a int NOT NULL UNIQUE)",
    "CREATE TABLE keyed (id bigint PRIMARY KEY)", "CREATE TABLE small (id smallint PRIMARY KEY)",
    "CREATE TABLE narrow (id bigint PRIMARY KEY, keyed_id int REFERENCES keyed)", "CREATE INDEX ON narrow (keyed_id)",
    "CREATE TABLE parted (id bigint PRIMARY KEY) PARTITION BY RANGE (id)",
    "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10)",
    "CREATE TABLE open (id bigint PRIMARY KEY, v int, keyed_id bigint)",
    "ALTER TABLE open ADD CONSTRAINT open_check CHECK (v > 0) NOT VALID",
    "ALTER TABLE open ADD CONSTRAINT open_foreign FOREIGN KEY (keyed_id) REFERENCES keyed NOT VALID",
    "CREATE TABLE scanned (id bigint PRIMARY KEY, note text)",
    "INSERT INTO scanned SELECT i, 'note of a row ' || i FROM generate_series(1, 20000) i",
    "CREATE TABLE bloated (id bigint PRIMARY KEY, note text) WITH (autovacuum_enabled = false)",
    "INSERT INTO bloated SELECT i, 'note of a row ' || i FROM generate_series(1, 20000) i",
    "DELETE FROM bloated WHERE id % 4 <> 0", "VACUUM ANALYZE bloated", "VACUUM ANALYZE scanned",
  ]
}

/// One object for each trait, and the names expected under it.
enum TraitTraps {
  static let statements = [
    """
    CREATE TABLE y_types (id uuid PRIMARY KEY, m money NOT NULL, c char(3), v varchar(20), j json, t timestamp,
      z timetz, o oid, g regproc, fine jsonb, fine2 timestamptz, fine3 text, fine4 regclass)
    """,
    "CREATE TABLE y_serial (id serial PRIMARY KEY, name text NOT NULL, number serial)",
    "CREATE TABLE y_identity (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE y_natural (code varchar(36) PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE y_empty ()", "CREATE TABLE y_single (id bigint PRIMARY KEY)",
    "CREATE TABLE y_parent (id bigint PRIMARY KEY, a text NOT NULL)", "CREATE TABLE y_child () INHERITS (y_parent)",
    "CREATE TABLE y_loose (id bigint PRIMARY KEY, a text, b text)",
    "CREATE TABLE y_late (a text NOT NULL, id bigint PRIMARY KEY)",
    "CREATE UNLOGGED TABLE y_unlogged (id bigint PRIMARY KEY, a text NOT NULL)",
    "CREATE TABLE y_dusty (id bigint PRIMARY KEY, a text NOT NULL) WITH (autovacuum_enabled = off)",
    "CREATE TABLE y_phones (id bigint PRIMARY KEY, n text NOT NULL, phone1 text, phone2 text, phone3 text)",
    "CREATE TABLE \"Y Quoted\" (id bigint PRIMARY KEY, \"Mixed\" text NOT NULL)",
    "CREATE TABLE y_long_123456789_123456789_123456789_123456789_123456789_123456 (id bigint PRIMARY KEY, a text NOT NULL)",
    "CREATE TABLE y_one (id bigint PRIMARY KEY, customer_number int NOT NULL)",
    "CREATE TABLE y_two (id bigint PRIMARY KEY, customer_number int NOT NULL)",
    "CREATE TABLE y_three (id bigint PRIMARY KEY, customer_number text NOT NULL)",
    "CREATE TABLE y_described (id bigint PRIMARY KEY, a text NOT NULL)", "COMMENT ON TABLE y_described IS 'said'",
    // Indexes
    """
    CREATE TABLE x_index (id bigint PRIMARY KEY, flag boolean NOT NULL, made timestamptz NOT NULL, who int NOT NULL,
      tags text[] NOT NULL, maybe int)
    """,
    "CREATE INDEX x_flag ON x_index (flag)", "CREATE INDEX x_array ON x_index (tags)",
    "CREATE INDEX x_gin ON x_index USING gin (tags)", "CREATE INDEX x_time_first ON x_index (made, who)",
    "CREATE INDEX x_time_last ON x_index (who, made)", "CREATE INDEX x_maybe ON x_index (maybe)",
    "CREATE INDEX x_surely ON x_index (maybe) WHERE maybe IS NOT NULL",
    "CREATE INDEX x_needless ON x_index (who) WHERE who IS NOT NULL",
    // Foreign keys
    "CREATE TABLE k_target (id bigint PRIMARY KEY, a bigint, b bigint, UNIQUE (a, b), UNIQUE (b, a), UNIQUE (a), t text UNIQUE)",
    """
    CREATE TABLE k_source (id bigint PRIMARY KEY, a bigint, b bigint, self bigint, n int, d varchar,
      CONSTRAINT k_first FOREIGN KEY (a, b) REFERENCES k_target (a, b),
      CONSTRAINT k_second FOREIGN KEY (b, a) REFERENCES k_target (b, a),
      CONSTRAINT k_part FOREIGN KEY (a) REFERENCES k_target (a),
      CONSTRAINT k_self FOREIGN KEY (self) REFERENCES k_source,
      CONSTRAINT k_narrow FOREIGN KEY (n) REFERENCES k_target,
      CONSTRAINT k_text FOREIGN KEY (d) REFERENCES k_target (t),
      CONSTRAINT k_full FOREIGN KEY (a, b) REFERENCES k_target (a, b) MATCH FULL)
    """,
    // Security
    "CREATE TABLE s_open (id bigint PRIMARY KEY, password text NOT NULL)", "GRANT SELECT, INSERT ON s_open TO PUBLIC",
    "CREATE TABLE s_locked (id bigint PRIMARY KEY, a text NOT NULL)", "ALTER TABLE s_locked ENABLE ROW LEVEL SECURITY",
    "CREATE TABLE s_idle (id bigint PRIMARY KEY, a text NOT NULL)",
    "CREATE POLICY p_idle ON s_idle FOR SELECT USING (id > 0)",
    "CREATE TABLE s_both (id bigint PRIMARY KEY, a text NOT NULL)", "ALTER TABLE s_both ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY p_read ON s_both FOR SELECT USING (id > 0)",
    "CREATE POLICY p_all ON s_both TO pg_monitor USING (a = (SELECT current_setting('app.user', true)))",
    "CREATE POLICY p_write ON s_both FOR UPDATE TO pg_monitor USING (a = current_setting('app.user', true))",
    "CREATE POLICY p_insert ON s_both FOR INSERT TO pg_signal_backend WITH CHECK (true)",
    "CREATE VIEW s_view AS SELECT * FROM s_both", "CREATE VIEW s_plain_view AS SELECT * FROM y_one",
    "GRANT SELECT ON s_plain_view TO PUBLIC",
    "CREATE TABLE s_parts (id bigint PRIMARY KEY, a text) PARTITION BY RANGE (id)",
    "CREATE TABLE s_part PARTITION OF s_parts FOR VALUES FROM (0) TO (10)", "GRANT SELECT ON s_part TO PUBLIC",
    "CREATE VIEW s_invoker_view WITH (security_invoker = true) AS SELECT * FROM s_both",
    "CREATE MATERIALIZED VIEW s_stored AS SELECT id FROM s_both",
    "CREATE FUNCTION s_open_definer() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "CREATE FUNCTION s_closed_definer() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "REVOKE EXECUTE ON FUNCTION s_closed_definer() FROM PUBLIC",
    "CREATE FUNCTION s_pinned() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1'",
    "CREATE FUNCTION s_moving(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
  ]

  static let expected: [(String, [String])] = [
    ("money", ["public.y_types.m"]), ("fixedLengthText", ["public.y_types.c"]),
    ("limitedText", ["public.y_types.v", "public.y_natural.code"]), ("plainJSON", ["public.y_types.j"]),
    ("noTimeZone", ["public.y_types.t"]), ("timeWithTimeZone", ["public.y_types.z"]),
    ("largeObject", ["public.y_types.o"]), ("notUpgradable", ["public.y_types.g"]),
    ("serial", ["public.y_serial.number"]),
    ("serialKey", ["public.y_serial (id)"]), ("textKey", ["public.y_natural (code)"]),
    ("naturalKey", ["public.y_natural (code)"]), ("noColumns", ["public.y_empty"]),
    ("oneColumn", ["public.y_single"]), ("inherits", ["public.y_child"]),
    ("onlyKeyRequired", ["public.y_loose", "public.k_target", "public.k_source", "public.s_parts"]),
    ("noPrimaryColumnsFirst", ["public.y_late"]), ("unlogged", ["public.y_unlogged"]),
    ("noAutovacuum", ["public.y_dusty"]),
    ("numberedColumns", ["public.y_phones"]),
    ("inconsistentType", ["public.y_three.customer_number"]),
    ("booleanKey", ["public.x_flag"]), ("arrayInBtree", ["public.x_array"]),
    ("timestampNotLast", ["public.x_time_first"]), ("needlessCondition", ["public.x_needless"]),
    ("nullableKey", ["public.x_maybe"]),
    ("publicDefiner", ["public.s_open_definer()", "public.s_pinned()"]),
    ("duplicate", ["k_second on public.k_source", "k_full on public.k_source"]),
    ("contained", ["k_part on public.k_source"]), ("selfReference", ["k_self on public.k_source"]),
    ("nullEscapes", ["k_first on public.k_source", "k_second on public.k_source"]),
    ("typeMismatch", ["k_text on public.k_source"]),
    ("publicAccess", ["public.s_open", "public.s_plain_view", "public.s_part"]),
    ("publicSecretColumn", ["public.s_open"]), ("securityWithoutPolicy", ["public.s_locked"]),
    ("policyWithoutSecurity", ["public.s_idle"]), ("severalPermissive", ["public.s_both"]),
    ("settingPerRow", ["p_write on public.s_both"]), ("alwaysTrue", ["p_insert on public.s_both"]),
    ("readsPastPolicies", ["public.s_view", "public.s_stored"]), ("openDefiner", ["public.s_open_definer()"]),
    ("definer", ["public.s_closed_definer()"]), ("movingSearchPath", ["public.s_moving(a integer)"]),
    (
      "longName",
      [
        "public.y_long_123456789_123456789_123456789_123456789_123456789_123456",
        "public.y_long_123456789_123456789_123456789_123456789_123456789_1_pkey",
      ]
    ),
    ("needsQuotes", ["public.\"Y Quoted\"", "public.\"Y Quoted\".\"Mixed\"", "public.\"Y Quoted_pkey\""]),
  ]
}

/// Catalogs of graphs with the columns of Apache AGE's, which is not at hand for tests.
enum GraphTraps {
  static let statements = [
    "CREATE SCHEMA ag_catalog", "CREATE SCHEMA social",
    "CREATE TABLE ag_catalog.ag_graph (graphid oid, name name, namespace regnamespace)",
    "CREATE TABLE ag_catalog.ag_label (name name, graph oid, id int, kind \"char\", relation regclass, seq_name name)",
    "INSERT INTO ag_catalog.ag_graph VALUES (1, 'social', 'social')",
    "CREATE TABLE social.\"Person\" (id bigint NOT NULL, properties jsonb)",
    "CREATE UNIQUE INDEX ON social.\"Person\" (id)", "CREATE INDEX ON social.\"Person\" USING gin (properties)",
    "CREATE TABLE social.\"Place\" (id bigint NOT NULL, properties jsonb)",
    "CREATE TABLE social.\"Knows\" (id bigint NOT NULL, start_id bigint, end_id bigint, properties jsonb)",
    "CREATE INDEX ON social.\"Knows\" (start_id)",
    "CREATE TABLE social.\"Likes\" (id bigint NOT NULL, start_id bigint, end_id bigint, properties jsonb)",
    "CREATE INDEX ON social.\"Likes\" (start_id)", "CREATE INDEX ON social.\"Likes\" (end_id, start_id)",
    """
    INSERT INTO ag_catalog.ag_label VALUES ('Person', 1, 3, 'v', 'social."Person"', ''),
      ('Place', 1, 4, 'v', 'social."Place"', ''), ('Knows', 1, 5, 'e', 'social."Knows"', ''),
      ('Likes', 1, 6, 'e', 'social."Likes"', ''), ('_ag_label_vertex', 1, 1, 'v', 'social."Person"', '')
    """,
    "GRANT USAGE ON SCHEMA ag_catalog TO surveyor", "GRANT SELECT ON ALL TABLES IN SCHEMA ag_catalog TO surveyor",
  ]
}

/// Columns of embeddings, for a server that has pgvector.
enum VectorTraps {
  static let expected = [
    "public.v_hnsw.e": "indexed", "public.v_ivf.e": "indexed", "public.v_ivf_empty.e": "indexed",
    "public.v_half.e": "indexed", "public.v_cast.e": "indexed", "public.v_partial.e": "partly",
    "public.v_none.e": "missing", "public.v_loose.e": "undeclared", "public.v_btree.e": "missing",
    "public.v_parted.e": "indexed", "public.v_invalid.e": "invalid", "public.v_domain.e": "undeclared",
    "public.v_sparse.e": "indexed",
  ]

  static let statements = [
    "CREATE SCHEMA elsewhere", "CREATE EXTENSION vector SCHEMA elsewhere",
    "SET search_path = public, elsewhere",
    "CREATE TABLE v_hnsw (id bigint PRIMARY KEY, e vector(3))",
    "CREATE INDEX ON v_hnsw USING hnsw (e vector_cosine_ops)",
    "CREATE TABLE v_ivf (id bigint PRIMARY KEY, e vector(3))",
    "INSERT INTO v_ivf SELECT i, ARRAY[i, i % 7, i % 11]::vector(3) FROM generate_series(1, 5000) i",
    "CREATE INDEX ON v_ivf USING ivfflat (e vector_l2_ops) WITH (lists = 5)", "ANALYZE v_ivf",
    "CREATE TABLE v_ivf_empty (id bigint PRIMARY KEY, e vector(3))",
    "CREATE INDEX ON v_ivf_empty USING ivfflat (e vector_l2_ops)",
    "CREATE TABLE v_half (id bigint PRIMARY KEY, e halfvec(3072))",
    "CREATE INDEX ON v_half USING hnsw (e halfvec_cosine_ops)",
    "CREATE TABLE v_cast (id bigint PRIMARY KEY, e vector(3072))",
    "CREATE INDEX ON v_cast USING hnsw ((e::halfvec(3072)) halfvec_l2_ops)",
    "CREATE TABLE v_partial (id bigint PRIMARY KEY, e vector(3), kind int)",
    "CREATE INDEX ON v_partial USING hnsw (e vector_l2_ops) WHERE kind = 1",
    "CREATE TABLE v_none (id bigint PRIMARY KEY, e vector(3))",
    "CREATE TABLE v_loose (id bigint PRIMARY KEY, e vector)",
    "CREATE TABLE v_btree (id bigint PRIMARY KEY, e vector(3))", "CREATE INDEX ON v_btree (e)",
    "CREATE TABLE v_parted (id bigint, e vector(3)) PARTITION BY RANGE (id)",
    "CREATE TABLE v_parted_1 PARTITION OF v_parted FOR VALUES FROM (0) TO (10)",
    "CREATE INDEX ON v_parted USING hnsw (e vector_l2_ops)",
    "CREATE TABLE v_invalid (id bigint PRIMARY KEY, e vector(3))",
    "CREATE INDEX v_invalid_index ON v_invalid USING hnsw (e vector_l2_ops)",
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'v_invalid_index'::regclass",
    "CREATE DOMAIN embedding AS vector(3)", "CREATE TABLE v_domain (id bigint PRIMARY KEY, e embedding)",
    "CREATE TABLE v_sparse (id bigint PRIMARY KEY, e sparsevec(5))",
    "CREATE INDEX ON v_sparse USING hnsw (e sparsevec_l2_ops)",
  ]
}
