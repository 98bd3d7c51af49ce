extension String {
  /// At most `limit` bytes of UTF-8, cut between scalars: three quarters of it from the start, the rest from the end,
  /// and between them how long it was.
  func shortened(toBytes limit: Int) -> String {
    let count = utf8.count
    guard count > limit else { return self }
    let mark = " … shortened, \(count) bytes … "
    let room = max(0, limit - mark.utf8.count)
    var headEnd = utf8.index(startIndex, offsetBy: room - room / 4)
    while headEnd > startIndex, isInsideScalar(headEnd) { headEnd = utf8.index(before: headEnd) }
    var tailStart = utf8.index(endIndex, offsetBy: -(room / 4))
    while tailStart < endIndex, isInsideScalar(tailStart) { tailStart = utf8.index(after: tailStart) }
    return self[..<headEnd] + mark + self[tailStart...]
  }

  private func isInsideScalar(_ index: Index) -> Bool { index < endIndex && utf8[index] & 0xC0 == 0x80 }
}
