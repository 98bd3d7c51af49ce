import Testing

@testable import ProcessProbes

@Suite("Threshold ranges of the Monitoring Plugins guidelines")
struct ThresholdRangeTests {
  @Test(
    "alert where the guidelines say",
    arguments: [
      ("10", [-0.1, 10.1], [0, 10]), ("10:", [9.9], [10, 1e9]), ("~:10", [10.1], [-1e9, 10]),
      ("10:20", [9.9, 20.1], [10, 15, 20]), ("@10:20", [10, 15, 20], [9.9, 20.1]), ("@10", [0, 10], [-1, 11]),
      ("-5:-1", [-6, 0], [-5, -1]), ("~:0", [0.5], [0, -3]), ("0.5:1.5", [0.4, 1.6], [0.5, 1.5]), ("0", [-1, 1], [0]),
      (":10", [-1, 11], [0, 10]), ("1e3:2e3", [999, 2001], [1000, 2000]), ("@~:0", [0, -7], [0.1]),
    ] as [(String, [Double], [Double])])
  func alerts(text: String, alerting: [Double], calm: [Double]) throws {
    let range = try #require(ThresholdRange(text))
    for value in alerting { #expect(range.alerts(on: value), "\(value) in \(text)") }
    for value in calm { #expect(!range.alerts(on: value), "\(value) in \(text)") }
  }

  @Test(
    "what is no range is none",
    arguments: ["", ":", "@", "20:10", "a", "10:b", "1:2:3", "10s", "inf", "nan", "0x10", "~"])
  func malformed(text: String) { #expect(ThresholdRange(text) == nil) }
}
