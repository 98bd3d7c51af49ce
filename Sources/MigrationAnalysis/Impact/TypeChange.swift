/// Whether a change of a column's type leaves the stored values as they are.
enum TypeChange {
  /// Whether every row has to be written anew; so assumed where the old type is not known.
  ///
  /// The casts without a function, and those whose function PostgreSQL knows to be of no effect
  /// (`numeric`, `varchar`, `varbit`, `timestamp`, `time`, `interval` support functions in its sources).
  static func rewrites(from old: SQLType?, to new: SQLType, isUTC: Bool) -> Bool {
    guard let old, !old.isArray, !new.isArray else { return true }
    let (from, to) = (old.canonicalName, new.canonicalName)
    let (fromLimits, toLimits) = (old.limits, new.limits)
    switch (from, to) {
    case ("varchar", "varchar"), ("varbit", "varbit"): return isNarrower(toLimits.first, than: fromLimits.first)
    case ("varchar", "text"), ("text", "text"): return false
    case ("text", "varchar"): return !toLimits.isEmpty
    case ("numeric", "numeric"):
      if toLimits.isEmpty { return false }
      guard let precision = fromLimits.first, let wanted = toLimits.first else { return true }
      let (scale, wantedScale) = (fromLimits.dropFirst().first ?? 0, toLimits.dropFirst().first ?? 0)
      return wanted < precision || scale != wantedScale
    case ("timestamp", "timestamptz"), ("timestamptz", "timestamp"):
      return !isUTC || isNarrower(toLimits.first, than: fromLimits.first)
    case ("timestamp", "timestamp"), ("timestamptz", "timestamptz"), ("time", "time"), ("timetz", "timetz"),
      ("interval", "interval"):
      // Without a limit these keep six digits.
      return (toLimits.first ?? 6) < (fromLimits.first ?? 6)
    case ("cidr", "inet"), ("xml", "text"): return false
    case ("varchar", "citext"), ("text", "citext"), ("citext", "text"), ("citext", "varchar"): return !toLimits.isEmpty
    default: return from != to || fromLimits != toLimits
    }
  }

  /// No limit is the widest.
  private static func isNarrower(_ new: Int?, than old: Int?) -> Bool {
    guard let new else { return false }
    return old.map { new < $0 } ?? true
  }
}

extension SQLType {
  /// One name for every spelling of a type.
  var canonicalName: String {
    switch name {
    case "character varying", "varchar", "char varying": "varchar"
    case "int", "integer", "int4": "int4"
    case "bigint", "int8": "int8"
    case "smallint", "int2": "int2"
    case "decimal", "numeric", "dec": "numeric"
    case "bit varying", "varbit": "varbit"
    case "boolean", "bool": "bool"
    case "timestamp", "timestamp without time zone": "timestamp"
    case "timestamptz", "timestamp with time zone": "timestamptz"
    case "time", "time without time zone": "time"
    case "timetz", "time with time zone": "timetz"
    case "char", "character", "bpchar", "nchar", "national character", "national char": "char"
    case "float", "float8", "double precision": "float8"
    case "real", "float4": "float4"
    default: name
    }
  }

  /// The modifiers as numbers.
  var limits: [Int] { modifiers.compactMap { Int($0) } }
}
