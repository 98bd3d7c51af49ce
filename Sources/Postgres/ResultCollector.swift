import CLibPQ

/// Takes over the results of one statement, row by row.
struct ResultCollector {
  /// The most text one answer may have, in bytes.
  private static let mostBytes = 64 << 20

  private(set) var rows = PostgresRows()
  /// What the server says if it refused.
  private(set) var report: ServerReport?
  private var bytes = 0

  /// Adds what `result` holds.
  mutating func take(_ result: OpaquePointer) throws(PostgresFailure) {
    switch PQresultStatus(result) {
    case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK:
      if rows.columns.isEmpty { takeColumns(result) }
      try takeRows(result)
    case PGRES_COMMAND_OK:
      rows.affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) }
    case PGRES_EMPTY_QUERY: break
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      throw .invalid("this client does not take part in COPY")
    default:
      report = ServerReport(
        sqlState: Self.field("C", of: result),
        message: Self.field("M", of: result)
          ?? PQresultErrorMessage(result).map { String(cString: $0).joinedLines } ?? "refused without a word")
    }
  }

  private mutating func takeColumns(_ result: OpaquePointer) {
    rows.columns = (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
    rows.types = (0..<PQnfields(result)).map { PQftype(result, $0) }
  }

  private mutating func takeRows(_ result: OpaquePointer) throws(PostgresFailure) {
    for row in 0..<PQntuples(result) {
      var values: [String?] = []
      for column in 0..<PQnfields(result) {
        let count = Int(PQgetlength(result, row, column))
        bytes += count + 16
        guard bytes <= Self.mostBytes else {
          throw .tooLarge("the answer is larger than \(Self.mostBytes >> 20) MiB")
        }
        guard PQgetisnull(result, row, column) == 0 else {
          values.append(nil)
          continue
        }
        let text = UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: count)
        values.append(String(decoding: text, as: UTF8.self))
      }
      rows.values.append(values)
    }
  }

  /// A field of an error; libpq's names for the codes are macros that Swift does not see.
  private static func field(_ code: Unicode.Scalar, of result: OpaquePointer) -> String? {
    PQresultErrorField(result, Int32(code.value)).map { String(cString: $0).joinedLines }
  }
}
