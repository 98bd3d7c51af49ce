import Transport

/// A connection of the generator and the exchange on it.
final class LoadConnection {
  let stream: EventStream
  let origin: Int
  let slot: Int
  var reader = AnswerReader()
  /// Who waits for the answer; nil while it is idle.
  var fiber: Fiber?
  var isEstablished = false
  /// Whether it has carried an answer already.
  var isUsed = false
  /// What is still to be sent.
  var output: [UInt8] = []
  var sent = 0
  /// What the event loop waits for on it.
  var interest: UInt32 = 0
  /// When it was begun.
  var beganAt = 0
  /// Which of the origin's addresses it leads to.
  var address = 0
  /// When the request was really sent; 0 before.
  var sentAt = 0
  /// When the first byte of the answer came; 0 before.
  var firstByteAt = 0
  /// When waiting ends.
  var expiresAt = Int.max

  init(_ stream: EventStream, origin: Int, slot: Int) {
    self.stream = stream
    self.origin = origin
    self.slot = slot
  }
}
