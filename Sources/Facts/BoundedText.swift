extension StringProtocol {
  /// At most `limit` Unicode scalars of it: what an audited system says must not be longer than people read.
  package func bounded(_ limit: Int = 300) -> String {
    utf8.count <= limit ? String(self) : String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
  }
}
