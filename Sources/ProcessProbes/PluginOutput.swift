/// What a Nagios plug-in printed, taken apart by the Monitoring Plugins Development Guidelines.
///
/// The first line is text, then `|` and performance data; the lines after it are long text until one has a `|`, and
/// everything from there on is performance data again.
struct PluginOutput: Hashable {
  /// The first line without its performance data.
  var text: String
  /// The lines after it, up to the second bar.
  var longText: String
  /// All performance data, one metric each.
  var metrics: [Metric]
  /// What stands among the performance data and is none.
  var unreadable: [String]

  /// Reads what a plug-in printed; bytes that are not UTF-8 become U+FFFD.
  init(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    var performanceData: [Substring] = []
    let (first, data) = (lines.first ?? "").splitAtBar
    text = first.trimmed
    if let data { performanceData.append(data) }
    var long: [Substring] = []
    var isInData = false
    for line in lines.dropFirst() {
      if isInData {
        performanceData.append(line)
        continue
      }
      let (words, data) = line.splitAtBar
      long.append(words)
      if let data {
        performanceData.append(data)
        isInData = true
      }
    }
    longText = long.joined(separator: "\n").trimmed
    (metrics, unreadable) = PerformanceDataParser.metrics(in: performanceData.joined(separator: " "))
  }
}

extension Substring {
  fileprivate var splitAtBar: (before: Substring, after: Substring?) {
    guard let bar = firstIndex(of: "|") else { return (self, nil) }
    return (self[..<bar], self[index(after: bar)...])
  }
}

extension StringProtocol {
  /// Without white space at either end.
  var trimmed: String {
    var text = Substring(self)
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return String(text)
  }
}
