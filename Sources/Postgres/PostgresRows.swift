/// What a statement answers: rows of text, by column.
package struct PostgresRows: Sendable {
  /// The names of the columns in order.
  package internal(set) var columns: [String] = []
  /// The types of the columns, by their numbers in `pg_type`.
  package internal(set) var types: [UInt32] = []
  /// The rows a command touched; nil for statements that touch none.
  package internal(set) var affected: Int?
  var values: [[String?]] = []
}

extension PostgresRows: RandomAccessCollection {
  /// The first row's position.
  package var startIndex: Int { 0 }
  /// The position behind the last row.
  package var endIndex: Int { values.count }
  /// The row at a position.
  package subscript(position: Int) -> PostgresRow { PostgresRow(columns: columns, texts: values[position]) }
}

/// One row of an answer.
package struct PostgresRow: Sendable {
  let columns: [String]
  /// The texts in the order of the columns; nil for SQL's null.
  package let texts: [String?]

  /// The text in the first column called `name`; nil for SQL's null and for a column that is not there.
  package subscript(name: String) -> String? {
    columns.firstIndex(of: name).flatMap { texts[$0] }
  }
}
