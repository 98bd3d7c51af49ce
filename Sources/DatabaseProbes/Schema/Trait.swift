/// Something worth knowing of one object of a schema, in one word of a closed list; what it is worth, checks say.
struct Trait: Sendable {
  /// What the word is about.
  enum Subject: String, CaseIterable, Sendable {
    case table
    case column
    case index
    case key
    case foreignKey
    case constraint
    case sequence
    case routine
    case view
    case policy
  }

  /// The words.
  enum Word: String, CaseIterable, Sendable {
    // Tables
    case noPrimaryColumnsFirst
    case noColumns
    case oneColumn
    case inherits
    case onlyKeyRequired
    case unlinked
    case empty
    case unlogged
    case neverAnalyzed
    case noAutovacuum
    case numberedColumns
    case silentColumns
    case publicAccess
    case publicSecretColumn
    case securityWithoutPolicy
    case policyWithoutSecurity
    // Columns
    case money
    case fixedLengthText
    case limitedText
    case plainJSON
    case noTimeZone
    case timeWithTimeZone
    case serial
    case largeObject
    case notUpgradable
    case inconsistentType
    // Indexes
    case nullableKey
    case booleanKey
    case arrayInBtree
    case vectorInBtree
    case needlessCondition
    case timestampNotLast
    // Keys
    case textKey
    case naturalKey
    case serialKey
    // Foreign keys
    case duplicate
    case contained
    case selfReference
    case nullEscapes
    case typeMismatch
    // Routines, views, policies
    case openDefiner
    case definer
    case publicDefiner
    case movingSearchPath
    case readsPastPolicies
    case severalPermissive
    case alwaysTrue
    case openToUnknown
    case settingPerRow
    // Any
    case noDescription
    case needsQuotes
    case longName
  }

  var subject: Subject
  var word: Word
  /// As SQL writes it, with its table or schema.
  var name: String
  /// More to know, in words.
  var detail: String = ""
}

extension Catalog {
  /// The columns of every primary key, by table.
  var primaryKeys: [ObjectID: [Int]] {
    Dictionary(
      constraints.values.filter { $0.kind == .primary }.map { ($0.table, $0.columns) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Under each partitioned table, on any level, the partitions that are not partitioned themselves.
  var partitions: [ObjectID: [Relation]] {
    var found: [ObjectID: [Relation]] = [:]
    for relation in relations.values where relation.isPartition && relation.kind != .partitioned {
      var above = relation.parents.first
      // A server may say anything of what lies above what.
      for _ in 0..<64 {
        guard let parent = above, let next = relations[parent] else { break }
        found[parent, default: []].append(relation)
        above = next.isPartition ? next.parents.first : nil
      }
    }
    return found
  }
}
