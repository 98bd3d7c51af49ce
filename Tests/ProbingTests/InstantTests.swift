import AuditModel
import Foundation
import Testing

@Suite("Instants")
struct InstantTests {
  @Test("reading and writing agree with Foundation over eight thousand years")
  func calendar() throws {
    let formatter = ISO8601DateFormatter()
    for seconds in stride(from: -62_000_000_000, through: 200_000_000_000, by: 98_765_431) {
      let instant = Instant(seconds: seconds)
      if seconds > -12_219_292_800 {
        #expect(instant.description == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
      }
      #expect(Instant(instant.description) == instant)
    }
  }

  @Test("offsets, fractions and days are read, nonsense is not")
  func forms() {
    #expect(Instant("2026-11-24T10:00:00+02:00") == Instant("2026-11-24T08:00:00Z"))
    #expect(Instant("2026-11-24T10:00:00.999Z") == Instant("2026-11-24T10:00:00Z"))
    #expect(Instant("2026-11-24") == Instant("2026-11-24T00:00:00Z"))
    for text in [
      "", "2026", "2026-13-01", "2026-02-29", "2026-11-24T25:00:00Z", "2026-11-24T10:00:00", "2026-11-24x",
      "٢٠٢٦-11-24",
    ] {
      #expect(Instant(text) == nil, "\(text)")
    }
    #expect(Instant("2024-02-29") != nil)
  }
}
