/// A queue of fibers.
struct Deque {
  private var items: [Fiber?] = []
  private var head = 0

  // Emptied with the last fiber that is taken.
  var isEmpty: Bool { items.isEmpty }

  mutating func append(_ fiber: Fiber) { items.append(fiber) }

  mutating func popFirst() -> Fiber? {
    guard head < items.count else { return nil }
    let fiber = items[head]
    items[head] = nil
    head += 1
    if head == items.count {
      items.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 4096, head * 2 > items.count {
      items.removeFirst(head)
      head = 0
    }
    return fiber
  }
}

/// Fibers that go on at a moment, the earliest first.
struct TimerHeap {
  private var items: [(time: Int, fiber: Fiber)] = []

  var earliest: Int? { items.first?.time }

  mutating func push(_ fiber: Fiber, at time: Int) {
    items.append((time, fiber))
    var child = items.count - 1
    while child > 0, items[(child - 1) / 2].time > items[child].time {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop(until time: Int) -> Fiber? {
    guard let first = items.first, first.time <= time else { return nil }
    let last = items.removeLast()
    if !items.isEmpty {
      items[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child].time < items[least].time
        {
          least = child
        }
        if least == parent { break }
        items.swapAt(parent, least)
        parent = least
      }
    }
    return first.fiber
  }
}
