extension WatchWing {
  static let defects = prometheusDefects + peerDefects
  static let expectations = prometheusExpectations.merging(peerExpectations) { first, _ in first }
}
