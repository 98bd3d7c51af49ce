/// How much of a table's pages holds nothing, estimated from what ANALYZE knows of its rows.
///
/// The sizes are those of the page layout (PostgreSQL manual, section 73.6): a page begins with 24 bytes, a row costs a pointer
/// of 4, a header of 23, and a bit per column where something is null; header and data are padded to 8.
struct BloatEstimate: Sendable {
  /// Tables with no more pages than this are not worth an estimate.
  static let fewestPages = 10

  var bytes: Int
  var wastedBytes: Int
  /// Wasted of all, 0 to 1.
  var share: Double

  /// The estimate for `rows` rows on `pages` pages; nil where a row would not fit on a page.
  ///
  /// `width` is the average of the data of a row in bytes, `columns` the number of columns.
  init?(rows: Int, pages: Int, columns: Int, width: Double, hasNulls: Bool, fillFactor: Int, blockSize: Int) {
    guard pages > 0, rows > 0, blockSize > 24, width >= 0, width.isFinite else { return nil }
    let bitmap = hasNulls ? (Double(columns) / 8).rounded(.up) : 0
    let header = Self.padded(23 + bitmap)
    let row = 4 + header + Self.padded(width)
    let perPage = (Double(blockSize - 24) * Double(min(100, max(10, fillFactor))) / 100 / row).rounded(.down)
    guard perPage >= 1 else { return nil }
    let ideal = (Double(rows) / perPage).rounded(.up)
    let wasted = max(0, Double(pages) - ideal)
    bytes = pages.multipliedClamped(by: blockSize)
    share = wasted / Double(pages)
    wastedBytes = Int(exactly: (wasted * Double(blockSize)).rounded()) ?? bytes
  }

  private static func padded(_ bytes: Double) -> Double { (bytes / 8).rounded(.up) * 8 }
}
