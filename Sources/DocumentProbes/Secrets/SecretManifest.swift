/// Secrets of Kubernetes, written out in a manifest.
enum SecretManifest {
  /// How far from its kind the values of a Secret are looked for, in bytes.
  private static let reach = 4_000

  /// The first value of the Secret whose `kind: Secret` stands at `word`; nil where it holds none that is written out.
  static func firstValue(around word: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    // `SecretStore` and its like hold references.
    if word.upperBound < bytes.count, ByteSet.isWord(bytes[word.upperBound]) { return nil }
    let document = bounds(of: word, in: bytes)
    var position = document.lowerBound
    // The indentation of the members under which values stand; nil outside of them.
    var parent: (indent: Int, isEncoded: Bool)?
    while position < document.upperBound {
      var end = position
      while end < document.upperBound, bytes[end] != 0x0A { end += 1 }
      let line = trimmed(position..<end, in: bytes)
      let indent = line.lowerBound - position
      defer { position = end + 1 }
      guard !line.isEmpty, bytes[line.lowerBound] != UInt8(ascii: "#") else { continue }
      let text = String(decoding: bytes[line.lowerBound..<min(line.upperBound, line.lowerBound + 200)], as: UTF8.self)
      if text == "data:" || text == "stringData:" {
        parent = (indent, text == "data:")
        continue
      }
      guard let inside = parent else { continue }
      guard indent > inside.indent else {
        parent = nil
        continue
      }
      if let value = value(of: line, isEncoded: inside.isEncoded, in: bytes) { return value }
    }
    return nil
  }

  /// Of `name: value`.
  private static func value(
    of line: Range<Int>, isEncoded: Bool, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Range<Int>? {
    guard let colon = bytes[line].firstIndex(of: UInt8(ascii: ":")) else { return nil }
    var value = trimmed((colon + 1)..<line.upperBound, in: bytes)
    if let first = bytes[value].first, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'"), value.count > 1,
      bytes[value.upperBound - 1] == first
    {
      value = (value.lowerBound + 1)..<(value.upperBound - 1)
    }
    guard value.count >= (isEncoded ? 8 : 4), !SecretScanner.isReference(value, in: bytes),
      !String(decoding: bytes[value], as: UTF8.self).contains("{{")
    else { return nil }
    let isWritten = bytes[value].allSatisfy {
      isEncoded ? ByteSet.isWord($0) || "+/=".utf8.contains($0) : $0 > 0x20 && $0 < 0x7F
    }
    return isWritten ? value : nil
  }

  /// The document of a stream that `place` lies in.
  private static func bounds(of place: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    func isMark(_ index: Int) -> Bool {
      index + 3 < bytes.count && bytes[index] == 0x0A
        && bytes[(index + 1)...(index + 3)].allSatisfy { $0 == UInt8(ascii: "-") }
    }
    var start = place.lowerBound
    while start > max(0, place.lowerBound - reach), !isMark(start) { start -= 1 }
    var end = place.upperBound
    while end < min(bytes.count, place.upperBound + reach), !isMark(end) { end += 1 }
    return (isMark(start) ? min(start + 4, place.lowerBound) : start)..<end
  }

  /// A range without the spaces and control signs around it.
  static func trimmed(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, bytes[start] <= 0x20 { start += 1 }
    while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
    return start..<end
  }
}
