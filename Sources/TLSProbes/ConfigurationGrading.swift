import AuditModel
import Facts

/// The one place where judgements of whole configurations join the facts: the letter of SSL Labs' guide and the deviations
/// from Mozilla's guidelines.
enum ConfigurationGrading {
  /// The members that `graded` adds.
  static let fields: [Schema.Field] = []

  /// `facts` with what follows from them as of `now`.
  static func graded(_ facts: JSONObject, asOf now: Instant) -> JSONObject { facts }
}
