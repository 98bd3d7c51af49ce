/// A sequence, and how much is left of it.
struct SequenceUse: Sendable {
  var id: ObjectID
  var schema: String
  var name: String
  /// The name as it is stored, not quoted.
  var storedName: String
  var increment: Int
  var minimum: Int
  var maximum: Int
  /// The value that it gives first.
  var start: Int
  /// Written to no log: it begins anew after a crash.
  var isUnlogged = false
  /// Begins again where it ends.
  var cycles: Bool
  /// Whether the auditor may see its last value.
  var isReadable: Bool
  /// nil before the first use, and where it is not readable.
  var last: Int?
  /// The columns it feeds.
  var feeds: [Fed] = []

  /// A column that takes its values from the sequence.
  struct Fed: Sendable {
    /// `public.orders.id`.
    var column: String
    /// The type under its domains.
    var type: ObjectID
    var typeName: String
    /// Whether the rows of its table are lost in a crash as well.
    var isUnlogged = false
  }

  /// As SQL writes it, with its schema.
  var qualifiedName: String { "\(schema).\(name)" }

  /// The last value that the sequence and every column it feeds can hold.
  var limit: Int {
    let bounds = feeds.compactMap { Self.bounds[$0.type] }
    return increment > 0
      ? bounds.reduce(maximum) { min($0, $1.upperBound) } : bounds.reduce(minimum) { max($0, $1.lowerBound) }
  }

  /// Whether a crash sets it back below values that the rows it feeds keep.
  var forgetsInCrash: Bool { isUnlogged && !feeds.contains(where: \.isUnlogged) }

  /// Used of what there was at the beginning, from 0 to 1 and beyond; nil if that cannot be seen.
  ///
  /// One that was not used yet stands where it will start, which may be near its end already.
  var shareUsed: Double? {
    guard isReadable else { return nil }
    if last == nil, start == (increment > 0 ? minimum : maximum) { return 0 }
    let last = last ?? start
    // In halves, as the whole range of 64 bits does not fit into a signed difference.
    let (start, used, whole) =
      increment > 0
      ? (Double(minimum), Double(last), Double(limit)) : (-Double(maximum), -Double(last), -Double(limit))
    let range = whole - start + 1
    return range > 0 ? max(0, (used - start + 1) / range) : 1
  }

  private static let bounds: [ObjectID: ClosedRange<Int>] = [
    BuiltInType.int2: Int(Int16.min)...Int(Int16.max), BuiltInType.int4: Int(Int32.min)...Int(Int32.max),
  ]
}
