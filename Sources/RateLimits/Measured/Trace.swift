/// Everything that was sent to one route and what came of it, in the order in which a limiter saw it.
package struct Trace: Sendable {
  /// What a limiter did with one request.
  enum Mark: UInt8, Sendable {
    case admitted, refused, lost
  }

  /// When the limiter saw the requests, in seconds, ascending.
  private(set) var times: [Double] = []
  /// What it did with them.
  private(set) var marks: [Mark] = []
  /// The shortest time from a request to its answer: nothing is known more exactly than that.
  private(set) var quickest = Double.infinity

  /// Nothing sent yet.
  package init() {}

  /// The number of requests.
  var count: Int { times.count }

  /// Takes down answers that came together; among those the limiter admits first.
  mutating func append(_ replies: [Reply]) {
    let order: (Reply.Kind) -> Int = { $0 == .refused ? 1 : 0 }
    for reply in replies.sorted(by: { order($0.kind) < order($1.kind) }) {
      let mark: Mark =
        switch reply.kind {
        case .admitted: .admitted
        case .refused: .refused
        case .lost, .failed: .lost
        }
      if mark != .lost { quickest = min(quickest, reply.latency) }
      // An answer that took longer was most likely read late, or took its time behind the limiter.
      let way = min(reply.latency, mark == .lost ? quickest : 1.5 * quickest) / 2
      times.append(max(times.last ?? -.infinity, reply.sent + way))
      marks.append(mark)
    }
  }

  /// How exactly the moment of a request is known, in seconds.
  var blur: Double { max(0.003, quickest.isFinite ? 2 * quickest : 0.05) }
}
