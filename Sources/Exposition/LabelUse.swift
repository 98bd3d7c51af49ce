/// How one label of a family is used.
package struct LabelUse: Sendable {
  /// What should not stand in a label, since each occurrence makes a series of its own.
  package enum Identifier: String, Sendable, CaseIterable {
    case uuid, email, path

    var words: String {
      switch self {
      case .uuid: "identifiers (UUIDs)"
      case .email: "mail addresses"
      case .path: "raw paths with identifiers in them"
      }
    }
  }

  /// The label's name.
  package var name: String
  /// How many different values it has.
  package var distinct: Int
  /// What kind of identifier stands in it; nil if none does.
  package var identifier: Identifier?
  /// The first line where one does.
  package var identifierLine: Int

  /// The labels of a family by name, without those that tell the samples of a point apart.
  package static func uses(in family: MetricFamily) -> [LabelUse] {
    var values: [String: Set<[UInt8]>] = [:]
    var found: [String: (kind: Identifier, line: Int)] = [:]
    for sample in family.samples {
      let left = family.type.pointLabel(ofFamily: family.name, sample: sample.name)
      for label in sample.labels where label.name != left {
        guard values[label.name, default: []].insert(Array(label.value.utf8)).inserted, found[label.name] == nil,
          let kind = identifier(in: label.value)
        else { continue }
        found[label.name] = (kind, sample.line)
      }
    }
    return values.keys.sorted().map { name in
      LabelUse(
        name: name, distinct: values[name]?.count ?? 0, identifier: found[name]?.kind,
        identifierLine: found[name]?.line ?? family.line)
    }
  }

  /// What kind of identifier a value holds.
  static func identifier(in value: String) -> Identifier? {
    let bytes = Array(value.utf8)
    if hasUUID(bytes) { return .uuid }
    let parts = value.split(separator: "@", omittingEmptySubsequences: false)
    if parts.count == 2, !parts[0].isEmpty, !value.contains(" "), !value.contains("/"),
      parts[1].dropFirst().dropLast().contains(".")
    {
      return .email
    }
    guard bytes.first == UInt8(ascii: "/") else { return nil }
    let segments = bytes.prefix { $0 != UInt8(ascii: "?") }.split(separator: UInt8(ascii: "/"))
    let isIdentifier: (ArraySlice<UInt8>) -> Bool = { segment in
      segment.allSatisfy { (0x30...0x39).contains($0) }
        || segment.count >= 16 && segment.allSatisfy(isHexDigit) && segment.contains { (0x30...0x39).contains($0) }
    }
    return segments.contains(where: isIdentifier) ? .path : nil
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }

  /// Whether 8-4-4-4-12 hexadecimal digits stand in it.
  private static func hasUUID(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 36 else { return false }
    let dashes = [8, 13, 18, 23]
    for start in 0...(bytes.count - 36)
    where (0..<36).allSatisfy({ offset in
      dashes.contains(offset) ? bytes[start + offset] == UInt8(ascii: "-") : isHexDigit(bytes[start + offset])
    }) {
      return true
    }
    return false
  }
}

extension Exposition {
  /// The counters, and the counts of histograms and summaries, that stood higher in `earlier` than they stand here; by name,
  /// at most 20. A restart in between lowers all of them.
  package func counters(lowerThanIn earlier: Exposition) -> [String] {
    let before = earlier.countingSeries
    var lower: Set<String> = []
    for (key, entry) in countingSeries {
      if let old = before[key], entry.value < old.value { lower.insert(entry.name) }
    }
    return Array(lower.sorted().prefix(20))
  }

  private var countingSeries: [[UInt8]: (name: String, value: Double)] {
    var series: [[UInt8]: (name: String, value: Double)] = [:]
    for family in families {
      for sample in family.samples where family.counts(sample) {
        series[sample.seriesKey] = (sample.name, sample.value)
      }
    }
    return series
  }
}

extension MetricFamily {
  /// Whether a sample of it only ever rises.
  fileprivate func counts(_ sample: MetricSample) -> Bool {
    switch type {
    case .counter: !sample.name.hasSuffix("_created")
    case .histogram, .summary: sample.name.hasSuffix("_count") || sample.name.hasSuffix("_bucket")
    default: false
    }
  }
}
