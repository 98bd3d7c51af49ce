extension SQLExpression {
  /// Whether its value may differ from row to row, so that every row has to be written: it calls a function that is not known to
  /// be immutable or stable. PostgreSQL 11 and later evaluate any other default once.
  var mayBeVolatile: Bool {
    for (index, token) in tokens.enumerated() {
      guard tokens.indices.contains(index + 1), tokens[index + 1] == .symbol("(") else { continue }
      switch token {
      case .word(let name):
        let takesNothing = tokens.indices.contains(index + 2) && tokens[index + 2] == .symbol(")")
        if Self.instants.contains(name) ? !takesNothing : !Self.steady.contains(name) { return true }
      case .quoted: return true
      default: break
      }
    }
    return false
  }

  /// A constant, perhaps cast to a type.
  var isConstant: Bool {
    switch tokens.first {
    case .string?, .number?, .word("true")?, .word("false")?, .word("null")?:
      return tokens.count == 1 || tokens[1] == .symbol("::")
    case .symbol("-")?, .symbol("+")?:
      if tokens.count == 2, case .number = tokens[1] { return true }
      return false
    case .word("interval")?, .word("date")?, .word("timestamp")?, .word("timestamptz")?:
      if tokens.count == 2, case .string = tokens[1] { return true }
      return false
    default: return false
    }
  }

  /// Whether it is `column IS NOT NULL`, alone or joined to others by AND.
  func demandsValue(of column: String) -> Bool {
    guard !tokens.contains(.word("or")), !tokens.contains(.word("case")) else { return false }
    return tokens.indices.contains { index in
      guard tokens.indices.contains(index + 3), index == 0 || tokens[index - 1] != .word("not") else { return false }
      return (tokens[index] == .word(column) || tokens[index] == .quoted(column))
        && Array(tokens[(index + 1)...(index + 3)]) == [.word("is"), .word("not"), .word("null")]
    }
  }

  /// Functions of the moment: the same all through a transaction, and without arguments.
  private static let instants: Set<String> = ["now", "transaction_timestamp", "statement_timestamp"]

  /// Built-in functions, types and forms with brackets that are not volatile (`pg_proc.provolatile` is `i` or `s`).
  private static let steady: Set<String> = [
    "abs", "array", "bit", "bool", "bpchar", "cast", "ceil", "ceiling", "char", "character", "coalesce", "concat",
    "concat_ws", "current_catalog", "current_database", "current_date", "current_schema", "current_setting",
    "current_time", "current_timestamp", "current_user", "date", "date_part", "date_trunc", "decimal", "extract",
    "float", "floor", "format", "greatest", "hstore", "in", "int4", "int8", "interval", "json_build_array",
    "json_build_object", "jsonb_build_array", "jsonb_build_object", "least", "left", "length", "localtime",
    "localtimestamp", "lower", "lpad", "make_date", "make_interval", "make_time", "make_timestamp", "make_timestamptz",
    "md5", "nullif", "numeric", "numrange", "int4range", "int8range", "tsrange", "tstzrange", "daterange", "point",
    "repeat", "replace", "right", "round", "row", "rpad", "session_user", "split_part", "string_to_array", "substr",
    "substring", "time", "timestamp", "timestamptz", "timezone", "to_char", "to_date", "to_json", "to_jsonb",
    "to_number", "to_timestamp", "to_tsvector", "trim", "trunc", "upper", "varbit", "varchar", "varying",
  ]
}

extension SQLType {
  /// `serial` in its sizes: a column of its own sequence.
  var isSerial: Bool { ["serial", "serial2", "serial4", "serial8", "smallserial", "bigserial"].contains(name) }
}
