/// Finds many words in one pass (Aho and Corasick, 1975), without regard to case.
struct KeywordAutomaton: Sendable {
  /// Bytes that stand in no word are one class: the table stays in the cache.
  private var classes = [UInt8](repeating: 0, count: 256)
  private var width = 1
  /// The next state by state and class.
  private var next: [UInt16] = []
  /// The words that end in each state.
  private var ending: [[UInt16]] = []
  private var isEnding: [Bool] = []

  /// An automaton over `words`, given in lower case; at most 60 000 bytes of words.
  init(_ words: [[UInt8]]) {
    for byte in Set(words.joined()).sorted() {
      classes[Int(byte)] = UInt8(width)
      // `_` and letters only: other bytes have no other case.
      if (0x61...0x7A).contains(byte) { classes[Int(byte) - 32] = UInt8(width) }
      width += 1
    }
    var children: [[Int: Int]] = [[:]]
    ending = [[]]
    for (number, word) in words.enumerated() {
      var state = 0
      for byte in word {
        let kind = Int(classes[Int(byte)])
        if let child = children[state][kind] {
          state = child
        } else {
          children.append([:])
          ending.append([])
          children[state][kind] = children.count - 1
          state = children.count - 1
        }
      }
      ending[state].append(UInt16(number))
    }
    next = [UInt16](repeating: 0, count: children.count * width)
    var failure = [Int](repeating: 0, count: children.count)
    var queue: [Int] = []
    for (kind, child) in children[0] {
      next[kind] = UInt16(child)
      queue.append(child)
    }
    var head = 0
    while head < queue.count {
      let state = queue[head]
      head += 1
      ending[state] += ending[failure[state]]
      for kind in 0..<width {
        if let child = children[state][kind] {
          failure[child] = Int(next[failure[state] * width + kind])
          next[state * width + kind] = UInt16(child)
          queue.append(child)
        } else {
          next[state * width + kind] = next[failure[state] * width + kind]
        }
      }
    }
    isEnding = ending.map { !$0.isEmpty }
  }

  /// Calls `found` with each word's number and the position behind it.
  func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (_ word: Int, _ end: Int) -> Void) {
    classes.withUnsafeBufferPointer { classes in
      next.withUnsafeBufferPointer { next in
        isEnding.withUnsafeBufferPointer { isEnding in
          var state = 0
          for position in 0..<bytes.count {
            state = Int(next[state &* width &+ Int(classes[Int(bytes[position])])])
            if isEnding[state] {
              for word in ending[state] { found(Int(word), position + 1) }
            }
          }
        }
      }
    }
  }
}
