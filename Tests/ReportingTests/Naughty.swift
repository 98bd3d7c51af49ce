import AuditModel
import Facts
import HostileTexts

@testable import Reporting

extension Naughty {
  /// Reports with all of them in every place that holds text, a few dozen in each; and with all kinds of them in each place
  /// that there is.
  static let reports: [AuditReport] =
    stride(from: 0, to: texts.count, by: 80).map {
      Specimen.hostile(Array(texts[$0..<min($0 + 80, texts.count)]))
    } + everywhere

  /// Reports that have text of ours in no place at all.
  static let everywhere: [AuditReport] =
    [try? Everywhere.filled(attacks), try? Everywhere.filled(attacks, from: 11)].compactMap(\.self)
    + stride(from: 0, to: texts.count, by: 250).compactMap { try? Everywhere.filled(texts, from: $0) }
}
