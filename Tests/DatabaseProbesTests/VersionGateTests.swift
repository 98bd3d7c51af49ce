import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

/// Every statement names only what a server of its version has, for the versions at hand and for those that are not.
@Suite struct VersionGateTests {
  /// A column of the server's catalogs that came or went between versions 12 and 18 (release notes, "Migration" and
  /// "System Views").
  struct Gate: Sendable, CustomStringConvertible {
    var relation: String
    var column: String
    /// The versions that have it.
    var versions: ClosedRange<Int>

    var description: String { "\(relation).\(column)" }

    init(_ relation: String, _ column: String, since: Int = 12, until last: Int = 18) {
      self.relation = relation
      self.column = column
      versions = since...last
    }
  }

  static let gates: [Gate] = [
    Gate("pg_attribute", "attcacheoff", until: 17), Gate("pg_attribute", "attcompression", since: 14),
    Gate("pg_auth_members", "inherit_option", since: 16), Gate("pg_auth_members", "set_option", since: 16),
    Gate("pg_class", "relrewrite"), Gate("pg_constraint", "conenforced", since: 18),
    Gate("pg_constraint", "conperiod", since: 18), Gate("pg_database", "datcollversion", since: 15),
    Gate("pg_database", "daticulocale", since: 15, until: 16), Gate("pg_database", "datlastsysoid", until: 14),
    Gate("pg_database", "datlocale", since: 17), Gate("pg_database", "datlocprovider", since: 15),
    Gate("pg_hba_file_rules", "file_name", since: 16), Gate("pg_hba_file_rules", "rule_number", since: 16),
    Gate("pg_index", "indnullsnotdistinct", since: 15), Gate("pg_locks", "waitstart", since: 14),
    Gate("pg_prepared_statements", "generic_plans", since: 14),
    Gate("pg_prepared_statements", "result_types", since: 16), Gate("pg_proc", "prosqlbody", since: 14),
    Gate("pg_replication_slots", "conflicting", since: 16), Gate("pg_replication_slots", "inactive_since", since: 17),
    Gate("pg_replication_slots", "invalidation_reason", since: 17),
    Gate("pg_replication_slots", "safe_wal_size", since: 13), Gate("pg_replication_slots", "two_phase", since: 14),
    Gate("pg_replication_slots", "wal_status", since: 13), Gate("pg_stat_activity", "leader_pid", since: 13),
    Gate("pg_stat_activity", "query_id", since: 14), Gate("pg_stat_all_indexes", "last_idx_scan", since: 16),
    Gate("pg_stat_all_tables", "last_seq_scan", since: 16), Gate("pg_stat_all_tables", "n_ins_since_vacuum", since: 13),
    Gate("pg_stat_all_tables", "n_tup_newpage_upd", since: 16),
    Gate("pg_stat_all_tables", "total_autovacuum_time", since: 18),
    Gate("pg_stat_bgwriter", "buffers_backend", until: 16), Gate("pg_stat_bgwriter", "checkpoints_req", until: 16),
    Gate("pg_stat_bgwriter", "checkpoints_timed", until: 16), Gate("pg_stat_checkpointer", "num_requested", since: 17),
    Gate("pg_stat_checkpointer", "num_timed", since: 17), Gate("pg_stat_database", "session_time", since: 14),
    Gate("pg_stat_database", "sessions_abandoned", since: 14), Gate("pg_stat_database", "sessions_fatal", since: 14),
    Gate("pg_stat_wal_receiver", "flushed_lsn", since: 13), Gate("pg_stat_wal_receiver", "received_lsn", until: 12),
    Gate("pg_stat_wal_receiver", "written_lsn", since: 13), Gate("pg_trigger", "tgparentid", since: 13),
    Gate("pg_type", "typsubscript", since: 14),
  ]

  /// The catalogs, views and functions that the statements name, which every version from 12 on has.
  static let everywhere: Set<String> = [
    "pg_am", "pg_amop", "pg_attrdef", "pg_attribute", "pg_available_extensions", "pg_backend_pid", "pg_blocking_pids",
    "pg_catalog", "pg_class", "pg_conf_load_time", "pg_constraint", "pg_current_wal_lsn", "pg_database",
    "pg_db_role_setting", "pg_depend", "pg_description", "pg_enum", "pg_extension", "pg_get_constraintdef",
    "pg_get_expr", "pg_get_function_identity_arguments", "pg_get_functiondef", "pg_get_indexdef", "pg_get_partkeydef",
    "pg_get_triggerdef", "pg_get_viewdef", "pg_has_role", "pg_hba_file_rules", "pg_index", "pg_inherits",
    "pg_is_in_recovery", "pg_is_wal_replay_paused", "pg_last_wal_receive_lsn", "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp", "pg_locks", "pg_namespace", "pg_opclass", "pg_operator", "pg_options_to_table",
    "pg_partition_root", "pg_partition_tree", "pg_policy", "pg_postmaster_start_time", "pg_prepared_statements",
    "pg_prepared_xacts", "pg_proc", "pg_replication_slots", "pg_rewrite", "pg_roles", "pg_sequence",
    "pg_sequence_last_value", "pg_settings", "pg_stat_activity", "pg_stat_archiver", "pg_stat_bgwriter",
    "pg_stat_database", "pg_stat_get_live_tuples", "pg_stat_get_numscans", "pg_stat_get_tuples_deleted",
    "pg_stat_get_tuples_inserted", "pg_stat_get_tuples_returned", "pg_stat_get_tuples_updated", "pg_stat_gssapi",
    "pg_stat_progress_create_index", "pg_stat_replication", "pg_stat_ssl", "pg_stat_user_tables",
    "pg_stat_wal_receiver", "pg_stats", "pg_trigger", "pg_type", "pg_wal_lsn_diff", "pg_walfile_name",
    // The extension's, whose columns are asked for first.
    "pg_stat_statements",
  ]

  /// Those of which it depends on the version.
  static let relations: [String: ClosedRange<Int>] = ["pg_stat_checkpointer": 17...18]

  /// All that a server of that version is asked.
  static func statements(_ major: Int) -> [String] {
    let version = major * 10_000
    let catalogs = [
      CatalogStatements.identity, CatalogStatements.relations, CatalogStatements.columns,
      CatalogStatements.indexes(version: version, sparingLocked: false),
      CatalogStatements.indexes(version: version, sparingLocked: true),
      CatalogStatements.constraints(version: version), CatalogStatements.domains, CatalogStatements.operatorClasses,
      CatalogStatements.equalities, CatalogStatements.commutators, CatalogStatements.builds,
      CatalogStatements.sequences, CatalogStatements.lastValues(after: 0), CatalogStatements.fedColumns,
      CatalogStatements.widths, CatalogStatements.routines, CatalogStatements.policies, CatalogStatements.guardedReads,
      CatalogStatements.extensions, CatalogStatements.vectorTypes, CatalogStatements.indexedExpressions,
      CatalogStatements.graphLabels,
    ]
    let sections = ActivitySections.all + UpkeepSections.all + AccessSections.all + [AccessSections.application]
    let sessions = [
      SessionStatements.bounds, SessionStatements.identity, SessionStatements.settings, SessionStatements.connections,
      SessionStatements.sessions, HealthFacts.identity, AccessRules.prediction(version),
    ]
    let others = [
      ArchivingStatements.settings, ArchivingStatements.archiver, ArchivingStatements.receivers,
      WorkloadStatements.circumstances, WorkloadStatements.columns(schema: "public"), WorkloadStatements.paths,
      WorkloadStatements.largeTables, WorkloadStatements.statements(schema: "public", columns: []),
      MigrationStatements.candidates, MigrationStatements.tables, SchemaSnapshot.statement, QualityTables.statement,
    ]
    return catalogs + sections.map { $0.statement(version) } + sessions + others
  }

  /// The names in a statement that stand neither in a text nor behind AS.
  static func names(in statement: String) -> Set<String> {
    let pieces = statement.split(separator: "'", omittingEmptySubsequences: false)
    let open = pieces.enumerated().filter { $0.offset % 2 == 0 }.map(\.element).joined(separator: " '' ")
    let words = open.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }.map { $0.lowercased() }
    return Set(zip([""] + words, words).filter { $0.0 != "as" }.map(\.1))
  }

  @Test(arguments: 12...18) func everyColumnIsThere(_ major: Int) {
    for statement in Self.statements(major) {
      let names = Self.names(in: statement)
      for gate in Self.gates where names.contains(gate.column) {
        #expect(gate.versions.contains(major), "\(gate) in version \(major): \(statement)")
      }
    }
  }

  @Test(arguments: 12...18) func everyRelationAndFunctionIsThere(_ major: Int) {
    let known = Self.everywhere.union(Self.relations.filter { $0.value.contains(major) }.keys)
    for statement in Self.statements(major) {
      let unknown = Self.names(in: statement).filter { $0.hasPrefix("pg_") && !known.contains($0) }
      #expect(unknown.isEmpty, "version \(major): \(unknown.sorted()) in \(statement)")
    }
  }

  /// What only some versions have is asked of those.
  @Test func whatIsNewIsAskedFor() {
    let asked = Dictionary(
      uniqueKeysWithValues: (12...18).map { ($0, Set(Self.statements($0).flatMap { Self.names(in: $0) })) })
    for column in [
      "indnullsnotdistinct", "conenforced", "conperiod", "waitstart", "rule_number", "file_name", "num_timed",
      "checkpoints_timed",
    ] {
      let versions = Self.gates.first { $0.column == column }?.versions
      for major in 12...18 {
        #expect(asked[major]?.contains(column) == versions?.contains(major), "\(column) in version \(major)")
      }
    }
  }

  /// The table itself, held against the servers at hand.
  @Test func theTableIsTrue() async throws {
    let servers = [try PostgresServer.shared.get()] + (try OtherBuild.all.map { try $0.server })
    for server in servers {
      let database = try await SurveyedDatabase("gates", on: server, running: [])
      let found = try await BlockingLane(width: 1).run {
        Result {
          let deadline = Deadline(milliseconds: 60_000)
          var session = try database.open()
          let rows = try session.query(
            """
            SELECT c.relname || '.' || a.attname AS name, current_setting('server_version_num')::int / 10000 AS major
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = 'pg_catalog'::regnamespace
            UNION ALL
            SELECT proname, 0 FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
            UNION ALL
            SELECT relname, 0 FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
            """, before: deadline)
          return (names: Set(rows.compactMap { $0["name"] }), major: rows.first?["major"].flatMap { Int($0) } ?? 0)
        }
      }.get()
      for gate in Self.gates {
        #expect(
          found.names.contains(gate.description) == gate.versions.contains(found.major),
          "\(gate) in version \(found.major)")
      }
      let missing = Self.everywhere.subtracting(found.names).subtracting(["pg_catalog", "pg_stat_statements"])
      #expect(missing.isEmpty, "version \(found.major): \(missing)")
      for (name, versions) in Self.relations {
        #expect(found.names.contains(name) == versions.contains(found.major), "\(name) in version \(found.major)")
      }
    }
  }
}
